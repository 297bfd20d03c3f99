import pytest

from firmware_protocol.osdp.codes import CommandCode
from firmware_protocol.osdp.commands import (
    Buzzer,
    Led,
    LedColor,
    LedPattern,
    Output,
    OutputControl,
    Text,
    parse_commands,
)
from firmware_protocol.osdp.errors import FieldRangeError, PayloadError


@pytest.mark.parametrize("on_ms", [50, -100, 25600])
def test_times_are_multiples_of_100_ms_within_a_byte(on_ms: int) -> None:
    with pytest.raises(FieldRangeError):
        Buzzer(on_ms=on_ms)


def test_a_temporary_pattern_is_set_or_cancelled_but_not_both() -> None:
    with pytest.raises(FieldRangeError, match="or cancel it"):
        Led(temporary=LedPattern(LedColor.RED), is_cancelled=True)


@pytest.mark.parametrize(
    "payload",
    [
        "00 00 03 00000000 0000 00 00000000",
        "00 00 00 00000000 0000 02 00000000",
        "00 00 02 01000800 0000 00 00000000",
        "00 00 00 00000000 0000 01 01000008",
    ],
)
def test_an_unknown_control_or_colour_is_refused(payload: str) -> None:
    with pytest.raises(PayloadError, match="unknown"):
        parse_commands(CommandCode.LED, bytes.fromhex(payload))


def test_an_unknown_tone_is_refused() -> None:
    with pytest.raises(PayloadError, match="unknown tone 3"):
        parse_commands(CommandCode.BUZ, bytes.fromhex("0003000000"))


@pytest.mark.parametrize("control", ["00", "05"])
def test_an_unknown_text_control_is_refused(control: str) -> None:
    with pytest.raises(PayloadError, match="unknown text control"):
        parse_commands(CommandCode.TEXT, bytes.fromhex(f"00{control}00010100"))


def test_a_text_has_255_bytes_at_most() -> None:
    with pytest.raises(FieldRangeError, match="255 bytes"):
        Text(b"x" * 256)


def test_an_unknown_output_control_is_refused() -> None:
    with pytest.raises(PayloadError, match="unknown output control 7"):
        parse_commands(CommandCode.OUT, bytes.fromhex("00070000"))


def test_an_output_number_is_one_byte() -> None:
    with pytest.raises(FieldRangeError):
        Output(256, OutputControl.ON)
