import pytest

from firmware_protocol.osdp.codes import CommandCode
from firmware_protocol.osdp.commands import COMMANDS, Command, Led, Output, OutputControl, parse_commands
from firmware_protocol.osdp.errors import PayloadError, UnknownCodeError
from tests.unit.firmware_protocol.osdp import samples


def test_every_command_of_the_standard_is_spoken() -> None:
    assert set(COMMANDS) == set(CommandCode)
    assert {type(command) for command, _ in samples.COMMANDS} == set(COMMANDS.values())


@pytest.mark.parametrize(("command", "payload"), samples.COMMANDS)
def test_a_command_is_encoded_as_the_standard_says_and_read_back(command: Command, payload: str) -> None:
    assert command.encode() == bytes.fromhex(payload)
    assert parse_commands(command.CODE, bytes.fromhex(payload)) == (command,)


@pytest.mark.parametrize(("command", "payload"), samples.COMMANDS)
def test_a_command_with_a_byte_too_many_is_refused(command: Command, payload: str) -> None:
    extended = bytes.fromhex(payload) + b"\x00"
    try:
        parsed = parse_commands(command.CODE, extended)
    except PayloadError:
        return
    # Only commands that end in free data take one byte more, and then they mean something else.
    assert parsed != (command,)


@pytest.mark.parametrize(("command", "payload"), [sample for sample in samples.COMMANDS if len(sample[1]) > 2])
def test_a_command_cut_short_is_refused(command: Command, payload: str) -> None:
    whole = bytes.fromhex(payload)
    for size in range(len(whole)):
        try:
            assert parse_commands(command.CODE, whole[:size]) != (command,)
        except PayloadError:
            continue


def test_a_code_outside_the_standard_is_refused_by_name() -> None:
    with pytest.raises(UnknownCodeError, match="0xFF"):
        parse_commands(0xFF, b"")


def test_a_frame_with_several_records_is_several_commands() -> None:
    leds = Led(led=0), Led(led=1)
    assert parse_commands(CommandCode.LED, b"".join(led.encode() for led in leds)) == leds
    outputs = Output(0, OutputControl.ON), Output(1, OutputControl.OFF)
    assert parse_commands(CommandCode.OUT, b"".join(output.encode() for output in outputs)) == outputs


@pytest.mark.parametrize("payload", [b"", b"\x00\x01\x00"])
def test_records_that_are_not_whole_are_refused(payload: bytes) -> None:
    with pytest.raises(PayloadError, match="whole records"):
        parse_commands(CommandCode.OUT, payload)
