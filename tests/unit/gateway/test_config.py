"""The one configuration file: what a good one gives, and what a bad one is told."""

from pathlib import Path

import pytest

from gateway.config import ConfigError, GatewayConfig, SiteBrokerConfig, parse_config
from gateway.config_readers import BAUD_RATES
from gateway.domain.lane_inputs import LaneSignal
from gateway.service.broker_choice import BrokerAddress

GOOD = """\
state_dir = "state"
[[lane]]
name = "Lane 1"
kind = "virtual"
socket = "lane.sock"
[[lane]]
id = "lan_b"
name = "Lane 2"
kind = "gpio"
pulse_ms = 700
[lane.gpio]
chip = "pinctrl-bcm2711"
relay_in = 17
relay_out = 27
pass_in = 22
ready = 23
active_low = ["relay_in", "pass_in"]
[[bus]]
port = "/dev/ttyS0"
[[bus.reader]]
name = "entry"
address = 0
lane = "Lane 1"
direction = "in"
plain_text = true
text_encoding = "utf-8"
"""


def parse(text: str) -> GatewayConfig:
    return parse_config(text, Path("/etc/club/gateway.toml"))


def mistakes(text: str) -> list[tuple[int, str]]:
    with pytest.raises(ConfigError) as raised:
        parse(text)
    return [(mistake.line, mistake.text) for mistake in raised.value.mistakes]


def test_a_good_file_is_read_whole() -> None:
    config = parse(GOOD)
    assert config.state_dir == Path("/etc/club/state")
    virtual, metal = config.lanes
    assert (virtual.lane_id, virtual.socket) == (None, Path("/etc/club/lane.sock"))
    assert (metal.lane_id, metal.timing.pulse_ms, metal.timing.passage_window_ms) == ("lan_b", 700, 5_000)
    assert metal.gpio is not None
    assert metal.gpio.relays == {"in": 17, "out": 27}
    assert metal.gpio.inputs == {LaneSignal.ROTATION_IN: 22, LaneSignal.READY: 23}
    assert metal.gpio.active_low == {17, 22}
    (bus,) = config.buses
    (reader,) = bus.readers
    assert (bus.baud, reader.scbk, reader.display.encoding) == (BAUD_RATES[0], None, "utf-8")


def test_what_is_not_toml_is_named_with_its_line() -> None:
    [(line, text)] = mistakes('state_dir = "state"\n[[lane]\n')
    assert line == 2
    assert text.startswith("this is not TOML")


def test_every_mistake_is_named_at_once() -> None:
    bad = (
        GOOD.replace('kind = "virtual"', 'kind = "vitual"')
        .replace("pulse_ms = 700", "pulse_ms = 7")
        .replace("address = 0", "address = 127")
        .replace('lane = "Lane 1"', 'lane = "Lane 9"')
    )
    assert mistakes(bad) == [
        (4, "`kind` is 'vitual', but must be one of: virtual, gpio, osdp"),
        (10, "`pulse_ms` is 7, but must be between 100 and 10000"),
        (22, "`address` is 127, but must be between 0 and 126"),
        (23, "no lane is called 'Lane 9'; there are: Lane 1, Lane 2"),
    ]


def test_a_reader_has_a_key_or_says_that_it_has_none() -> None:
    [(line, text)] = mistakes(GOOD.replace("plain_text = true\n", ""))
    assert (line, text.split(":")[0]) == (20, "`scbk_file` is missing")
    [(_, text)] = mistakes(GOOD.replace("plain_text = true", 'plain_text = true\nscbk_file = "x"'))
    assert "does not speak plain text" in text


def test_a_pulse_is_not_longer_than_the_passage_window() -> None:
    [(line, text)] = mistakes(GOOD.replace("pulse_ms = 700", "pulse_ms = 2000\npassage_window_ms = 1000"))
    assert (line, text) == (10, "`pulse_ms` must not be longer than `passage_window_ms`")


def test_lines_of_a_lane_are_each_given_once_and_exist() -> None:
    assert mistakes(GOOD.replace("ready = 23", "ready = 22").replace('"pass_in"]', '"fire"]')) == [
        (15, "line 22 is given to more than one signal"),
        (16, "line 22 is given to more than one signal"),
        (17, "`active_low` names 'fire', which has no line"),
    ]
    without_relays = GOOD.replace("relay_in = 17\nrelay_out = 27\n", "").replace('"relay_in", ', "")
    assert mistakes(without_relays) == [(11, "at least one of `relay_in` and `relay_out` is needed")]


def test_names_ids_ports_and_addresses_are_distinct() -> None:
    reader = GOOD[GOOD.index("[[bus.reader]]") :]
    twice = GOOD.replace('"Lane 2"', '"Lane 1"').replace('id = "lan_b"\n', "") + reader
    twice += '[[bus]]\nport = "/dev/ttyS0"\n' + reader.replace('"entry"', '"exit"')
    assert [text for _, text in mistakes(twice)] == [
        "there is already a lane without an id",
        "there is already a lane Lane 1",
        "there is already a reader entry",
        "there is already a reader of this bus with address 0",
        "there is already a bus or scanner on port /dev/ttyS0",
    ]


def test_the_error_names_the_file_and_the_lines() -> None:
    with pytest.raises(ConfigError, match=r"gateway\.toml:22: `address`"):
        parse(GOOD.replace("address = 0", "address = 500"))


def test_paths_too_long_for_a_socket_are_named() -> None:
    long = "x" * 100
    assert mistakes(GOOD.replace('"lane.sock"', f'"{long}"').replace('"state"', f'"{long}"')) == [
        (1, f"/etc/club/{long}/status.sock is too long for a socket, which may have 107 bytes"),
        (5, f"/etc/club/{long} is too long for a socket, which may have 107 bytes"),
    ]


def test_the_broker_of_the_cloud_may_be_named_and_has_a_port_of_its_own() -> None:
    assert parse(GOOD).broker is None
    assert parse(GOOD + '[broker]\nhost = "mqtt.club.example"\n').broker == BrokerAddress("mqtt.club.example", 8883)
    assert mistakes(GOOD + "[broker]\nport = 70000\n") == [
        (27, "`host` is missing in [broker]"),
        (28, "`port` is 70000, but must be between 1 and 65535"),
    ]


def test_the_broker_of_the_site_is_named_or_there_is_none() -> None:
    assert parse(GOOD).site_broker is None
    assert parse(GOOD + '[site_broker]\nhost = "192.168.10.5"\n').site_broker == SiteBrokerConfig("192.168.10.5", 8883)
