"""Relays in their safe state without a gateway: which lines are taken, from the configuration and from the note."""

from collections.abc import Mapping
from pathlib import Path

import gpiod
import pytest
from gpiod.line import Value

from gateway import gpio_chip
from gateway.adapters import lane_gpio
from gateway.config import load_config
from gateway.lane_release import NOTE, NothingKnownError, make_lanes_safe, release_lanes

CONFIG = """\
state_dir = "state"
[[lane]]
name = "Lane 1"
kind = "gpio"
control = "level"
on_failure = "{on_failure}"
[lane.gpio]
chip = "chip"
relay_in = {relay_in}
relay_out = 27
pass_in = 22
active_low = ["relay_out", "pass_in"]
[[scanner]]
name = "codes"
lane = "Lane 1"
direction = "in"
port = "/dev/ttyS1"
"""


class Released:
    def release(self) -> None:
        """The lines keep their levels."""


class FakeChip:
    """Takes the place of the kernel: the lines that were driven, with their settings."""

    def __init__(self) -> None:
        self.lines: dict[int, gpiod.LineSettings] = {}
        self.broken: set[int] = set()

    def take_lines(self, label: str, settings: Mapping[int, gpiod.LineSettings]) -> Released:
        if self.broken & settings.keys():
            raise gpio_chip.GpioError(f"{label} is gone")
        self.lines.update(settings)
        return Released()

    @property
    def closed(self) -> dict[int, bool]:
        return {offset: line.output_value is Value.ACTIVE for offset, line in self.lines.items()}


@pytest.fixture
def chip(monkeypatch: pytest.MonkeyPatch) -> FakeChip:
    chip = FakeChip()
    monkeypatch.setattr(lane_gpio, "take_lines", chip.take_lines)
    return chip


def write_config(folder: Path, *, on_failure: str = "locked", relay_in: int = 17) -> Path:
    path = folder / "gateway.toml"
    path.write_text(CONFIG.format(on_failure=on_failure, relay_in=relay_in))
    return path


@pytest.mark.parametrize(("on_failure", "is_closed"), [("locked", False), ("open", True)])
def test_every_relay_and_no_input_is_driven_as_the_lane_wants_to_be_left(
    tmp_path: Path, chip: FakeChip, on_failure: str, is_closed: bool
) -> None:
    assert release_lanes(write_config(tmp_path, on_failure=on_failure)) == []
    assert chip.closed == {17: is_closed, 27: is_closed}
    assert [chip.lines[offset].active_low for offset in (17, 27)] == [False, True]


def test_a_start_makes_relays_safe_and_notes_them_for_a_release_with_a_broken_configuration(
    tmp_path: Path, chip: FakeChip, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_config(tmp_path)
    make_lanes_safe(load_config(path, has_keys=False))
    assert chip.closed == {17: False, 27: False}
    chip.lines.clear()
    path.write_text("state_dir = 'state\n")
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    assert release_lanes(path) == []
    assert chip.closed == {17: False, 27: False}
    assert chip.lines[27].active_low


def test_a_line_that_only_the_last_gateway_drove_is_released_too(tmp_path: Path, chip: FakeChip) -> None:
    make_lanes_safe(load_config(write_config(tmp_path), has_keys=False))
    chip.lines.clear()
    assert release_lanes(write_config(tmp_path, relay_in=18)) == []
    assert set(chip.lines) == {17, 18, 27}


def test_a_line_that_cannot_be_had_is_told_and_the_others_are_done(tmp_path: Path, chip: FakeChip) -> None:
    path = write_config(tmp_path)
    second = CONFIG.partition("[[lane]]")[2].partition("[[scanner]]")[0]
    other = second.format(on_failure="locked", relay_in=5).replace("Lane 1", "Lane 2").replace("27", "6")
    path.write_text(path.read_text() + "[[lane]]" + other.replace('name = "Lane 2"', 'name = "Lane 2"\nid = "lan_b"'))
    chip.broken = {17}
    assert [str(failure) for failure in release_lanes(path)] == ["chip is gone"]
    assert chip.closed == {5: False, 6: False}


def test_without_configuration_and_note_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    (tmp_path / NOTE).write_text("no JSON")
    with pytest.raises(NothingKnownError):
        release_lanes(tmp_path / "gateway.toml")
