"""Readers in the configuration: buses, Wiegand lines, scanners, card formats and signals."""

from pathlib import Path

import pytest

from firmware_protocol.canonical_uid import UidForm
from firmware_protocol.wiegand import BitField, CardNumber, ParityBit, decode_wiegand, encode_wiegand
from gateway.config import ConfigError, GatewayConfig, parse_config
from gateway.config_readers import WiegandConfig
from gateway.domain.feedback import Beeps, FeedbackPlan, Light, Signal

LANE = """\
state_dir = "state"
[[lane]]
name = "Lane 1"
kind = "virtual"
socket = "lane.sock"
"""
WIEGAND = """\
[[wiegand]]
name = "entry"
lane = "Lane 1"
direction = "in"
chip = "pinctrl-rp1"
d0 = 5
d1 = 6
"""
SCANNER = """\
[[scanner]]
name = "desk"
lane = "Lane 1"
direction = "in"
port = "/dev/ttyACM0"
"""
FORMAT = """\
[[card_format]]
name = "club40"
bits = 40
facility = "1-8"
card = "9-38"
[[card_format.parity]]
bit = 0
covers = "1-19"
kind = "even"
[[card_format.parity]]
bit = 39
covers = "20-30, 31-38"
kind = "odd"
"""


def parse(text: str) -> GatewayConfig:
    return parse_config(LANE + text, Path("/etc/club/gateway.toml"))


def mistakes(text: str) -> list[tuple[int, str]]:
    """Line numbers are counted from the end of the lane, whose five lines stand before."""
    with pytest.raises(ConfigError) as raised:
        parse(text)
    return [(mistake.line - 5, mistake.text) for mistake in raised.value.mistakes]


def test_a_reader_has_a_keypad_where_the_file_says_so() -> None:
    with_keypad = (
        WIEGAND.replace("entry", "keys").replace("d0 = 5", "keypad = true\nd0 = 7").replace("d1 = 6", "d1 = 8")
    )
    assert [position.has_keypad for position in parse(WIEGAND + with_keypad).positions] == [False, True]


def test_a_wiegand_reader_needs_its_two_lines_and_may_have_lights_and_a_buzzer() -> None:
    (bare,) = parse(WIEGAND).wiegand
    assert (bare.chip, bare.lines, bare.is_active_low, bare.silence_s) == (
        "pinctrl-rp1",
        {"d0": 5, "d1": 6},
        True,
        0.03,
    )
    more = "led_green = 12\nbuzzer = 16\nactive_low = false\noutput_active_low = false\nsilence_ms = 50\n"
    (full,) = parse(WIEGAND + more).wiegand
    assert full == WiegandConfig(
        bare.position, "pinctrl-rp1", {"d0": 5, "d1": 6, "led_green": 12, "buzzer": 16}, False, False, 0.05
    )


def test_a_scanner_has_a_port_and_its_framing() -> None:
    (scanner,) = parse(SCANNER).scanners
    assert (scanner.port, scanner.baud, scanner.framing, scanner.silence_s) == ("/dev/ttyACM0", 9600, "8N1", 0.1)
    (old,) = parse(SCANNER + 'baud = 1200\nframing = "7E2"\nsilence_ms = 20\n').scanners
    assert (old.baud, old.framing, old.silence_s) == (1200, "7E2", 0.02)
    assert [position.name for position in parse(WIEGAND + SCANNER).positions] == ["entry", "desk"]


def test_a_reader_of_another_kind_is_checked_like_any() -> None:
    wrong = WIEGAND.replace("d1 = 6", "d1 = 5").replace('"Lane 1"', '"Lane 2"') + SCANNER.replace("desk", "entry")
    assert mistakes(wrong + 'framing = "9N1"\nbaud = 300\n') == [
        (3, "no lane is called 'Lane 2'; there are: Lane 1"),
        (7, "line 5 is `d0` already"),
        (9, "there is already a reader entry"),
        (13, "`framing` is '9N1', but must be such as 8N1, 7E1 or 8O2"),
        (14, "`baud` is 300, but must be one of: 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400"),
    ]


def test_a_missing_line_is_named_once() -> None:
    assert mistakes(WIEGAND.replace("d0 = 5\nd1 = 6\n", "")) == [
        (1, "`d0` is missing in [wiegand]"),
        (1, "`d1` is missing in [wiegand]"),
    ]


def test_a_line_of_a_chip_belongs_to_one_lane_or_reader() -> None:
    lane = '[[lane]]\nid = "lan_b"\nname = "Lane 2"\nkind = "gpio"\n[lane.gpio]\nchip = "pinctrl-rp1"\nrelay_in = 5\n'
    again = WIEGAND.replace('"entry"', '"exit"').replace("d0 = 5", "d0 = 7")
    assert mistakes(lane + WIEGAND + again) == [
        (13, "line 5 of pinctrl-rp1 belongs to lane Lane 2 already"),
        (21, "line 6 of pinctrl-rp1 belongs to reader entry already"),
    ]


def test_two_wires_do_not_share_a_port() -> None:
    bus = '[[bus]]\nport = "/dev/ttyACM0"\n[[bus.reader]]\nname = "entry"\naddress = 0\nlane = "Lane 1"\n'
    bus += 'direction = "in"\nplain_text = true\n'
    assert mistakes(bus + SCANNER) == [(13, "there is already a bus or scanner on port /dev/ttyACM0")]


def test_a_gateway_without_any_reader_is_a_mistake() -> None:
    assert mistakes("") == [(-4, "there must be at least one [[bus]], [[wiegand]] or [[scanner]]")]


def test_readers_read_standard_cards_unless_they_are_told_otherwise() -> None:
    (usual,) = parse(WIEGAND).wiegand
    assert [each.name for each in usual.position.reading.formats] == ["wiegand26"]
    assert usual.position.reading.uid is None
    (told,) = parse(WIEGAND + 'card_formats = ["wiegand34", "wiegand37fc"]\nuid = "lsb_first"\nuid_bytes = 4\n').wiegand
    assert [each.name for each in told.position.reading.formats] == ["wiegand34", "wiegand37fc"]
    assert told.position.reading.uid == UidForm(is_reversed=True, keep_bytes=4)
    (plain,) = parse(WIEGAND + 'card_formats = []\nuid = "msb_first"\n').wiegand
    assert (plain.position.reading.formats, plain.position.reading.uid) == ((), UidForm())


def test_a_format_of_the_club_is_declared_once_and_named_by_its_readers() -> None:
    (reader,) = parse(FORMAT + WIEGAND + 'card_formats = ["wiegand26", "club40"]\n').wiegand
    club = reader.position.reading.formats[1]
    assert (club.bit_count, club.card, club.facility) == (40, BitField(9, 30), BitField(1, 8))
    assert club.parity[0] == ParityBit(0, tuple(range(1, 20)), is_odd=False)
    assert club.parity[1] == ParityBit(39, tuple(range(20, 39)), is_odd=True)
    assert decode_wiegand(encode_wiegand(CardNumber(7, 12345), club), club) == CardNumber(7, 12345)


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        ('"9-38"', '"9-40"', (3, "format club40 reaches beyond its 40 bits")),
        ('"9-38"', '"9-20, 22-38"', (5, "`card` must be one range of bits")),
        ('"9-38"', '"38-9"', (5, '`card` is "38-9", but must be bits such as "1-8" or "1-12, 20"')),
        ('"9-38"', '"all"', (5, '`card` is "all", but must be bits such as "1-8" or "1-12, 20"')),
        ('"1-19"', '"0-19"', (8, "`covers` names the parity bit 0 itself")),
        ('"odd"', '"none"', (13, "`kind` is 'none', but must be one of: even, odd")),
        (
            '"club40"',
            '"Club 40"',
            (2, "`name` is 'Club 40', but must be small letters and digits, and not raw, uid or code"),
        ),
        (
            '"club40"',
            '"raw40"',
            (2, "`name` is 'raw40', but must be small letters and digits, and not raw, uid or code"),
        ),
        ('"club40"', '"wiegand34"', (2, "there is already a card format wiegand34")),
        ("bits = 40", "bits = 4", (3, "`bits` is 4, but must be between 5 and 256")),
    ],
)
def test_a_format_that_cannot_be_is_a_mistake(was: str, becomes: str, expected: tuple[int, str]) -> None:
    assert expected in mistakes(FORMAT.replace(was, becomes) + WIEGAND)


def test_a_format_that_nobody_knows_or_that_would_never_be_used_is_a_mistake() -> None:
    [(line, text)] = mistakes(WIEGAND + 'card_formats = ["wiegand27"]\n')
    assert line == 8
    assert text.startswith("no card format is called 'wiegand27'; there are: wiegand26, wiegand34, ")
    assert mistakes(WIEGAND + 'card_formats = ["wiegand37", "wiegand37fc"]\n') == [
        (8, "wiegand37fc has 37 bits as wiegand37 has, and is never used")
    ]


def test_signals_are_as_they_always_were_where_nothing_is_said() -> None:
    assert parse(WIEGAND).feedback == FeedbackPlan()
    assert parse(WIEGAND).pin_timeout_s == 10
    text = (
        '[feedback]\nrefusal_ms = 6000\n[feedback.block]\ncolour = "magenta"\nlight_on_ms = 200\nlight_off_ms = 200\n'
    )
    plan = parse(WIEGAND + text + "beeps = 0\n[feedback.allow]\nbeep_on_ms = 400\n").feedback
    assert plan.refusal_ms == 6_000
    assert plan.signals == {
        "allow": Signal(Light("green"), Beeps(1, on_ms=400)),
        "message": FeedbackPlan().signals["message"],
        "block": Signal(Light("magenta", 200, 200), Beeps(0)),
    }


def test_a_signal_that_no_reader_can_show_is_a_mistake() -> None:
    wrong = '[feedback.allow]\ncolour = "mauve"\nbeeps = 21\nbeep_on_ms = 150\nlight_on_ms = 0\n[feedback.deny]\n'
    assert mistakes(WIEGAND + wrong) == [
        (9, "`colour` is 'mauve', but must be one of: green, amber, red, blue, magenta, cyan, white"),
        (10, "`beeps` is 21, but must be between 0 and 20"),
        (11, "`beep_on_ms` is 150, but must be a multiple of 100"),
        (12, "`light_on_ms` must not be 0"),
        (13, "unknown key `deny`"),
    ]
