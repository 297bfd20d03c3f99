"""Is a command within what the reader says it can do? Asked before the command is queued."""

from firmware_protocol.osdp import commands
from firmware_protocol.osdp.codes import CapabilityFunction
from firmware_protocol.osdp.commands import Command
from firmware_protocol.osdp.fields import require
from firmware_protocol.osdp.frame import payload_size_max
from firmware_protocol.osdp.replies import Capabilities


def check_command(command: Command, capabilities: Capabilities, *, is_secure: bool) -> None:
    """Raise FieldRangeError when the reader lacks what the command needs.

    A function that the reader does not report at all is not judged: the reader itself will refuse it.
    """
    size_max = payload_size_max(capabilities.receive_size, is_secure=is_secure)
    size = len(command.encode())
    require(size <= size_max, f"{size} bytes of data, but the reader takes {size_max} at most")
    function, needed = _needs(command)
    if function is None or capabilities.find(function) is None:
        return
    count = capabilities.item_count(function)
    require(needed < count, f"the reader has {count} of {function.name}, number {needed} is asked for")


def _needs(command: Command) -> tuple[CapabilityFunction | None, int]:
    """The function that a command needs, and the number of the item."""
    function = CapabilityFunction
    match command:
        case commands.Led():
            return function.READER_LED_CONTROL, command.led
        case commands.Output():
            return function.OUTPUT_CONTROL, command.output
        case commands.Buzzer():
            return function.READER_AUDIBLE_OUTPUT, 0
        case commands.Text():
            return function.READER_TEXT_OUTPUT, 0
        case _:
            return None, 0
