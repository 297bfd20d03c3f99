import pytest

from firmware_protocol.osdp.capability_check import check_command
from firmware_protocol.osdp.commands import Buzzer, Command, Led, Manufacturer, Output, OutputControl, Text
from firmware_protocol.osdp.errors import FieldRangeError
from firmware_protocol.osdp.replies import Capabilities, Capability

POOR = Capabilities((Capability(2, 1, 2), Capability(4, 1, 1), Capability(5, 0, 0), Capability(6, 1, 0)))


@pytest.mark.parametrize("command", [Led(led=1), Output(2, OutputControl.ON), Buzzer(), Text(b"x")])
def test_what_the_reader_lacks_is_refused_at_once(command: Command) -> None:
    with pytest.raises(FieldRangeError, match="the reader has"):
        check_command(command, POOR, is_secure=True)


@pytest.mark.parametrize("command", [Led(led=0), Output(1, OutputControl.ON), Manufacturer(1, b"")])
def test_what_the_reader_has_is_allowed(command: Command) -> None:
    check_command(command, POOR, is_secure=True)


def test_a_function_that_is_not_reported_is_left_to_the_reader() -> None:
    check_command(Text(b"x"), Capabilities(), is_secure=True)


def test_a_command_larger_than_the_readers_buffer_is_refused() -> None:
    command = Manufacturer(1, bytes(120 - 3))
    check_command(command, Capabilities(), is_secure=False)
    with pytest.raises(FieldRangeError, match="takes 111 at most"):
        check_command(command, Capabilities(), is_secure=True)
