"""Every reply that this package speaks, in one place, and how to parse them."""

from firmware_protocol.osdp.biometric_messages import (
    BiometricData,
    BiometricMatchResult,
    BiometricStatus,
)
from firmware_protocol.osdp.credential_replies import (
    CardFormat,
    FormattedCard,
    Keypad,
    ManufacturerError,
    ManufacturerReply,
    ManufacturerStatus,
    RawCard,
)
from firmware_protocol.osdp.errors import UnknownCodeError
from firmware_protocol.osdp.file_messages import (
    FileStatus,
    FileTransferStatus,
)
from firmware_protocol.osdp.link_replies import (
    Ack,
    AttachedReaderState,
    Busy,
    Capabilities,
    Capability,
    ClientCryptogram,
    ComParameters,
    Identification,
    InitialMac,
    InputStatus,
    LocalStatus,
    Nak,
    OutputStatus,
    ReaderStatus,
)
from firmware_protocol.osdp.message import Reply
from firmware_protocol.osdp.smart_card_messages import (
    AuthenticationResult,
    ChallengeResult,
    ExtendedRead,
    PivData,
)

__all__ = [
    "Ack",
    "AttachedReaderState",
    "AuthenticationResult",
    "BiometricData",
    "BiometricMatchResult",
    "BiometricStatus",
    "Busy",
    "Capabilities",
    "Capability",
    "CardFormat",
    "ChallengeResult",
    "ClientCryptogram",
    "ComParameters",
    "ExtendedRead",
    "FileStatus",
    "FileTransferStatus",
    "FormattedCard",
    "Identification",
    "InitialMac",
    "InputStatus",
    "Keypad",
    "LocalStatus",
    "ManufacturerError",
    "ManufacturerReply",
    "ManufacturerStatus",
    "Nak",
    "OutputStatus",
    "PivData",
    "RawCard",
    "ReaderStatus",
    "Reply",
    "parse_reply",
]

REPLIES: dict[int, type[Reply]] = {
    reply.CODE: reply
    for reply in (
        BiometricData,
        BiometricMatchResult,
        FileTransferStatus,
        AuthenticationResult,
        ChallengeResult,
        ExtendedRead,
        PivData,
        Ack,
        Busy,
        Capabilities,
        ClientCryptogram,
        ComParameters,
        FormattedCard,
        Identification,
        InitialMac,
        InputStatus,
        Keypad,
        LocalStatus,
        ManufacturerError,
        ManufacturerReply,
        ManufacturerStatus,
        Nak,
        OutputStatus,
        RawCard,
        ReaderStatus,
    )
}


def parse_reply(code: int, payload: bytes) -> Reply:
    """The reply of one frame.

    Raises UnknownCodeError for a code outside the standard, PayloadError when the data does not fit.
    """
    reply = REPLIES.get(code)
    if reply is None:
        raise UnknownCodeError("reply", code)
    return reply.parse(payload)
