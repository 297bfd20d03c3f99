"""What may be typed at the virtual reader."""

import pytest

from firmware_protocol.wiegand import encode_wiegand26
from provisioning.virtual_reader.orders import (
    HELP,
    Help,
    Order,
    OrderError,
    PresentCard,
    PressKeys,
    Quit,
    SetInput,
    SetPower,
    SetTamper,
    Show,
    parse_order,
)


@pytest.mark.parametrize(
    ("line", "order"),
    [
        ("card 17:100", PresentCard(encode_wiegand26(17, 100), 26)),
        ("  CARD  17 : 100 ", PresentCard(encode_wiegand26(17, 100), 26)),
        ("raw 32 04a1b2c3", PresentCard(bytes.fromhex("04a1b2c3"), 32)),
        ("raw 33 04 a1 b2 c3 80", PresentCard(bytes.fromhex("04a1b2c380"), 33)),
        ("keys 1234#", PressKeys("1234#")),
        ("input 2 on", SetInput(1, is_active=True)),
        ("input 1 off", SetInput(0, is_active=False)),
        ("tamper on", SetTamper(is_tampered=True)),
        ("power on", SetPower(is_failing=False)),
        ("power off", SetPower(is_failing=True)),
        ("show", Show()),
        ("help", Help()),
        ("quit", Quit()),
        ("", None),
        ("   ", None),
    ],
)
def test_a_line_is_an_order(line: str, order: Order | None) -> None:
    assert parse_order(line) == order


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("dance", "unknown order 'dance'; there are: card, raw, keys"),
        ("card", "such as card 17:100"),
        ("card 17", "such as card 17:100"),
        ("card 17:x", "such as card 17:100"),
        ("card 300:1", "300 does not fit"),
        ("raw 32 04a1b2", "such as raw 32"),
        ("raw 32 zz", "such as raw 32"),
        ("raw 0 00", "such as raw 32"),
        ("raw", "such as raw 32"),
        ("keys 12a", "digits, "),
        ("keys", "digits, "),
        ("input 0 on", "such as input 1 on"),
        ("input 1", "such as input 1 on"),
        ("tamper", "tamper on|off"),
        ("power maybe", "power on|off"),
    ],
)
def test_a_line_that_is_none_says_what_it_should_be(line: str, words: str) -> None:
    with pytest.raises(OrderError) as raised:
        parse_order(line)
    assert words in str(raised.value)


def test_the_help_names_every_order() -> None:
    named = {line.split()[0] for line in HELP.splitlines()}
    assert named == {"card", "raw", "keys", "input", "tamper", "power", "show", "help", "quit"}
