"""The guides tell the truth: their commands, options, settings, configurations, messages and links exist."""

import argparse
import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cloud.cli import build_parser as cloud_parser
from gateway import cli as gateway_cli
from gateway import config as gateway_config
from gateway import config_formats, config_lanes, config_readers
from provisioning import cli as provisioning_cli
from provisioning.virtual_turnstile.configuration import read_settings as read_turnstile

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
TOLD = [*GUIDES, ROOT / "docs" / "README.md"]
PARSERS = {
    "tornello-cloud": cloud_parser,
    "tornello-gateway": gateway_cli._parser,
    "tornello-provision": provisioning_cli._parser,
}
OTHER_PROGRAMS = re.compile(r"systemctl|sqlite3|journalctl|install -| cp | ln ")
"""These may have the name of a unit or of a user behind them."""
SOURCES = ("gateway", "cloud", "provisioning", "mqtt_client")
OF_OTHERS = ("[Errno", "[SSL:", "[code:128]", "localhost", "No space left on device")
"""Words of the system or of a library that stand in messages of ours."""
FRAGMENT_MIN = 11


def guide(name: str) -> str:
    return (ROOT / "docs" / "guides" / name).read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands(text: str) -> Iterator[list[str]]:
    """Every call of one of our programs that a guide shows, in a block of its own or indented."""
    shown = "\n".join([*blocks(text, "sh"), *re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)])
    for line in shown.splitlines():
        found = re.search(r"^(?:.*[ /])?(tornello-(?:cloud|gateway|provision)) (.*)$", line)
        if found and not OTHER_PROGRAMS.search(line):
            yield [found[1], *shlex.split(found[2], comments=True)]


@pytest.mark.parametrize("path", TOLD, ids=lambda path: path.name)
def test_every_command_that_is_shown_is_understood(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for program, *arguments in commands(path.read_text("utf-8")):
        try:
            PARSERS[program]().parse_args(arguments)
        except SystemExit:
            pytest.fail(f"{path.name}: {program} {shlex.join(arguments)}\n{capsys.readouterr().err}")


def subcommands(parser: argparse.ArgumentParser, *, before: str) -> Iterator[str]:
    """`tornello-provision authority create` and so on, for every command without commands of its own."""
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not actions:
        yield before
    for action in actions:
        for name, inner in action.choices.items():
            yield from subcommands(inner, before=f"{before} {name}")


def test_every_command_is_in_a_guide() -> None:
    told = "\n".join(path.read_text("utf-8") for path in TOLD)
    known = [name for program, parser in PARSERS.items() for name in subcommands(parser(), before=program)]
    assert [name for name in known if name not in told] == []


def test_every_setting_is_in_the_guide_and_the_other_way_round() -> None:
    source = (ROOT / "cloud" / "settings.py").read_text("utf-8")
    known = {f"TORNELLO_{name}" for name in re.findall(r'reader\.\w+\("([A-Z_]+)"', source)}
    known |= {f"TORNELLO_{name}" for name in re.findall(r'self\.text\("([A-Z_]+)"', source)}
    section = guide("administrator.md").partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = "\n".join(line for line in section.splitlines() if line.startswith("| `TORNELLO_"))
    assert set(re.findall(r"TORNELLO_[A-Z_]+", rows)) == known


def test_every_key_of_the_gateway_s_configuration_is_in_a_guide() -> None:
    known: set[str] = set()
    for module in (gateway_config, config_lanes, config_readers, config_formats):
        source = Path(str(module.__file__)).read_text("utf-8")
        known |= set(re.findall(r'\.(?:text|texts|number|choice|flag|table|tables|has)\(\s*"([a-z_0-9]+)"', source))
    told = guide("installer.md") + guide("readers.md") + guide("lanes.md")
    assert sorted(key for key in known if not re.search(rf"\b{key}\b", told)) == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_every_configuration_that_is_shown_is_fine(path: Path, tmp_path: Path) -> None:
    for text in blocks(path.read_text("utf-8"), "toml"):
        if "listen = " in text:
            (tmp_path / "turnstile.toml").write_text(text)
            assert read_turnstile(tmp_path / "turnstile.toml").lanes
            continue
        file = tmp_path / "gateway.toml"
        is_whole = "state_dir" in text
        lane = '[[lane]]\nname = "Lane 1"\nkind = "virtual"\nsocket = "lane.sock"\n'
        reader = '[[scanner]]\nname = "another"\nlane = "Lane 1"\ndirection = "in"\nport = "/dev/ttyS9"\n'
        gateway_config.parse_config(
            text if is_whole else f'state_dir = "state"\n{lane}{reader}{text}', file, has_keys=False
        )


@cache
def words_of_the_programs() -> str:
    """Every text in the sources, with parts that differ left out."""
    found: list[str] = []
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(re.sub(r"%(?:\.\d)?[sdfg]", "…", node.value))
                elif isinstance(node, ast.JoinedStr):
                    parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
                    found.append("".join(map(str, parts)))
    return "\n".join(found)


def messages() -> Iterator[str]:
    """The messages in the first column of the tables of the troubleshooting guide."""
    for line in guide("troubleshooting.md").splitlines():
        if line.startswith("| `"):
            yield from re.findall(r"`([^`]+)`", line.split(" | ")[0])


@pytest.mark.parametrize("message", [*messages()])
def test_every_message_in_the_troubleshooting_guide_is_one_of_ours(message: str) -> None:
    for part in message.split("..."):
        words = part.strip(" :;()")
        assert len(words) < FRAGMENT_MIN or words.startswith(OF_OTHERS) or words in words_of_the_programs(), words


@pytest.mark.parametrize("path", TOLD, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]*)(?:#[^)]*)?\)", path.read_text("utf-8")):
        assert not target or (path.parent / target).exists(), target


@pytest.mark.parametrize("path", TOLD, ids=lambda path: path.name)
def test_every_link_into_a_guide_names_one_of_its_headings(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#([^)]+)\)", path.read_text("utf-8")):
        text = (path.parent / target).read_text("utf-8") if target else path.read_text("utf-8")
        headings = [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings_of(text)]
        assert anchor in headings, f"{target}#{anchor}"


def headings_of(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
