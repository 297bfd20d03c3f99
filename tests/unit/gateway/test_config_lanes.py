"""What a lane may be configured to be, and what makes no sense."""

from pathlib import Path

import pytest

from gateway.config import ConfigError, parse_config
from gateway.config_lanes import LaneConfig
from gateway.domain.lane_inputs import LaneSignal
from gateway.service.relay_control import LaneControl, LaneTiming

GPIO = """\
state_dir = "state"
[[lane]]
name = "Lane 1"
kind = "gpio"
{lane}
[lane.gpio]
chip = "pinctrl-bcm2711"
{gpio}
[[scanner]]
name = "codes"
lane = "Lane 1"
direction = "in"
port = "/dev/ttyS1"
"""
OSDP = """\
state_dir = "state"
[[lane]]
name = "Lane 1"
kind = "osdp"
[lane.osdp]
reader = "{reader}"
relay_in = 0
pass_in = 0
ready = 1
active_low = ["ready"]
[[bus]]
port = "/dev/ttyS0"
[[bus.reader]]
name = "entry"
address = 0
lane = "Lane 1"
direction = "in"
{key}
"""


def gpio_lane(lane: str = "", gpio: str = "relay_in = 1") -> LaneConfig:
    return parse_config(GPIO.format(lane=lane, gpio=gpio), Path("gateway.toml"), has_keys=False).lanes[0]


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        parse_config(text, Path("gateway.toml"), has_keys=False)
    return [mistake.text for mistake in raised.value.mistakes]


def test_a_lane_is_told_by_pulses_and_left_locked_unless_it_says_otherwise() -> None:
    lane = gpio_lane()
    assert (lane.timing, lane.control, lane.on_failure) == (LaneTiming(), LaneControl(), "locked")
    assert lane.relays == ("in",)


def test_everything_about_times_and_control_can_be_said() -> None:
    lane = gpio_lane(
        'control = "level"\nrelease = "end"\nlevel_max_s = 20\ntailgate_ms = 0\njam_s = 5\nheld_s = 60\n'
        'on_failure = "open"',
        "relay_in = 1\ndebounce_ms = 50",
    )
    assert lane.control == LaneControl("level", "end", 20_000)
    assert (lane.timing.tailgate_ms, lane.timing.jam_ms, lane.timing.held_ms) == (0, 5_000, 60_000)
    assert lane.on_failure == "open"
    assert lane.gpio is not None
    assert lane.gpio.debounce_ms == 50


def test_a_door_whose_opening_is_all_that_it_tells_is_passed_when_it_opens() -> None:
    assert gpio_lane(gpio="relay_out = 1\nopen = 2\nexit_request = 3").control.passage_sign == "opening"
    assert gpio_lane(gpio="relay_out = 1\nopen = 2\npass_out = 3").control.passage_sign == "rotation"


def test_an_input_is_inverted_or_closed_at_rest() -> None:
    lane = gpio_lane(gpio='relay_in = 1\nfire = 2\nopen = 3\nnormally_closed = ["fire", "open"]')
    assert lane.gpio is not None
    assert lane.gpio.normally_closed == {2, 3}
    both = 'relay_in = 1\nfire = 2\nactive_low = ["fire"]\nnormally_closed = ["fire", "relay_in"]'
    assert mistakes(GPIO.format(lane="", gpio=both)) == [
        "`normally_closed` names 'relay_in', which has no line",
        "an input is in `active_low` or in `normally_closed`, not in both",
    ]


def test_a_lane_is_left_open_only_where_a_level_on_gpio_can_do_that() -> None:
    words = ['a lane can be left open only by `control = "level"` and with relays on GPIO alone']
    assert mistakes(GPIO.format(lane='on_failure = "open"', gpio="relay_in = 1")) == words


def test_a_level_lasts_for_the_whole_window() -> None:
    text = GPIO.format(lane='control = "level"\nlevel_max_s = 4', gpio="relay_in = 1")
    assert mistakes(text) == ["`level_max_s` must not be shorter than `passage_window_ms`"]


def test_a_reader_s_outputs_and_inputs_are_a_lane() -> None:
    text = OSDP.format(reader="entry", key='scbk_file = "entry.scbk"')
    lane = parse_config(text, Path("gateway.toml"), has_keys=False).lanes[0]
    assert lane.osdp is not None
    assert (lane.osdp.reader, dict(lane.osdp.relays)) == ("entry", {"in": 0})
    assert dict(lane.osdp.inputs) == {LaneSignal.ROTATION_IN: 0, LaneSignal.READY: 1}
    assert lane.osdp.active_low == {1}
    assert lane.relays == ("in",)
    assert lane.inputs == {LaneSignal.ROTATION_IN, LaneSignal.READY}


def test_a_relay_hangs_on_a_reader_that_is_there_and_has_a_key() -> None:
    assert mistakes(OSDP.format(reader="exit", key='scbk_file = "entry.scbk"')) == [
        "no [[bus.reader]] is called 'exit'"
    ]
    assert mistakes(OSDP.format(reader="entry", key="plain_text = true")) == [
        "reader entry speaks plain text: it must not drive a relay"
    ]


def test_relays_on_both_are_fine_and_a_signal_on_both_is_not() -> None:
    both = OSDP.format(reader="entry", key='scbk_file = "entry.scbk"').replace(
        'kind = "osdp"', 'kind = "gpio"\n[lane.gpio]\nchip = "x"\nrelay_in = 4\npass_out = 5'
    )
    assert parse_config(both, Path("gateway.toml"), has_keys=False).lanes[0].relays == ("in",)
    assert mistakes(both.replace("pass_out", "pass_in")) == ["`pass_in` is in [lane.gpio] already"]


def test_a_lane_without_a_relay_and_doubled_lines_of_a_reader_are_mistakes() -> None:
    text = OSDP.format(reader="entry", key='scbk_file = "entry.scbk"')
    assert mistakes(text.replace("relay_in = 0\n", "")) == ["at least one of `relay_in` and `relay_out` is needed"]
    doubled = ["an output or input of the reader is given to more than one signal"]
    assert mistakes(text.replace("ready = 1", "ready = 0")) == doubled
