"""A club with rules for each test."""

from collections.abc import Iterator

import pytest

from tests.card_rules import RuleClub, rule_club


@pytest.fixture
def club() -> Iterator[RuleClub]:
    with rule_club() as club:
        yield club
