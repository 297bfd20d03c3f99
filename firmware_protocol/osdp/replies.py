"""Every reply that this package speaks, in one place, and how to parse them."""

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

__all__ = [
    "Ack",
    "AttachedReaderState",
    "Busy",
    "Capabilities",
    "Capability",
    "CardFormat",
    "ClientCryptogram",
    "ComParameters",
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
    "RawCard",
    "ReaderStatus",
    "Reply",
    "parse_reply",
]

REPLIES: dict[int, type[Reply]] = {
    reply.CODE: reply
    for reply in (
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
