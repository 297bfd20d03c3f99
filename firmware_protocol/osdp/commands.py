"""Every command that this package speaks, in one place, and how to parse them.

A frame with several LED or output records parses to one command for each record.
"""

from firmware_protocol.osdp.biometric_messages import (
    BiometricMatch,
    BiometricRead,
)
from firmware_protocol.osdp.codes import CommandCode
from firmware_protocol.osdp.errors import UnknownCodeError
from firmware_protocol.osdp.file_messages import (
    FilePart,
)
from firmware_protocol.osdp.indication_commands import (
    LED_RECORD_SIZE,
    OUTPUT_RECORD_SIZE,
    Buzzer,
    BuzzerTone,
    Led,
    LedColor,
    LedPattern,
    Output,
    OutputControl,
    Text,
    split_records,
)
from firmware_protocol.osdp.link_commands import (
    Abort,
    AcuReceiveSize,
    CapabilitiesRequest,
    Challenge,
    ComSet,
    IdRequest,
    InputStatusRequest,
    KeepActive,
    KeySet,
    LocalStatusRequest,
    Manufacturer,
    OutputStatusRequest,
    Poll,
    ReaderStatusRequest,
    ServerCryptogram,
)
from firmware_protocol.osdp.message import Command
from firmware_protocol.osdp.smart_card_messages import (
    Authenticate,
    AuthenticationChallenge,
    ExtendedWrite,
    PivDataRequest,
)

__all__ = [
    "Abort",
    "AcuReceiveSize",
    "Authenticate",
    "AuthenticationChallenge",
    "BiometricMatch",
    "BiometricRead",
    "Buzzer",
    "BuzzerTone",
    "CapabilitiesRequest",
    "Challenge",
    "ComSet",
    "Command",
    "ExtendedWrite",
    "FilePart",
    "IdRequest",
    "InputStatusRequest",
    "KeepActive",
    "KeySet",
    "Led",
    "LedColor",
    "LedPattern",
    "LocalStatusRequest",
    "Manufacturer",
    "Output",
    "OutputControl",
    "OutputStatusRequest",
    "PivDataRequest",
    "Poll",
    "ReaderStatusRequest",
    "ServerCryptogram",
    "Text",
    "parse_commands",
]

COMMANDS: dict[int, type[Command]] = {
    command.CODE: command
    for command in (
        BiometricMatch,
        BiometricRead,
        FilePart,
        Authenticate,
        AuthenticationChallenge,
        ExtendedWrite,
        PivDataRequest,
        Abort,
        AcuReceiveSize,
        Buzzer,
        CapabilitiesRequest,
        Challenge,
        ComSet,
        IdRequest,
        InputStatusRequest,
        KeepActive,
        KeySet,
        Led,
        LocalStatusRequest,
        Manufacturer,
        Output,
        OutputStatusRequest,
        Poll,
        ReaderStatusRequest,
        ServerCryptogram,
        Text,
    )
}

_RECORD_SIZES = {CommandCode.LED: LED_RECORD_SIZE, CommandCode.OUT: OUTPUT_RECORD_SIZE}


def parse_commands(code: int, payload: bytes) -> tuple[Command, ...]:
    """The commands of one frame, in order.

    Raises UnknownCodeError for a code outside the standard, PayloadError when the data does not fit.
    """
    command = COMMANDS.get(code)
    if command is None:
        raise UnknownCodeError("command", code)
    record_size = _RECORD_SIZES.get(command.CODE)
    if record_size is None:
        return (command.parse(payload),)
    return tuple(command.parse(record) for record in split_records(payload, record_size))
