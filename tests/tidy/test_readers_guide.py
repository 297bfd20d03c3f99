"""The installer's guide to readers says what the product does."""

import re
from pathlib import Path

import pytest

from gateway.config import parse_config
from tests.tidy.test_source_tree import ROOT

GUIDE = (ROOT / "docs" / "guides" / "readers.md").read_text()
LANE = 'state_dir = "state"\n[[lane]]\nname = "Lane 1"\nkind = "virtual"\nsocket = "lane.sock"\n'
READER = '[[scanner]]\nname = "any"\nlane = "Lane 1"\ndirection = "in"\nport = "/dev/any"\n'
BLOCKS = re.findall(r"^```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def test_the_guide_has_a_configuration_of_every_kind() -> None:
    assert len(BLOCKS) == 5


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n", 1)[0])
def test_every_configuration_in_the_guide_is_one(block: str) -> None:
    parse_config(LANE + READER + block, Path("/etc/tornello/gateway.toml"), has_keys=False)
