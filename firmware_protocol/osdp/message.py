"""What every command and every reply has in common: a code, and data to encode and to parse."""

from typing import ClassVar, Self

from firmware_protocol.osdp.codes import CommandCode, ReplyCode
from firmware_protocol.osdp.errors import PayloadError


class Command:
    """Something that an access control unit asks of a peripheral device."""

    __slots__ = ()
    CODE: ClassVar[CommandCode]
    REPLIES: ClassVar[frozenset[ReplyCode]] = frozenset({ReplyCode.ACK})
    """The replies that the standard allows besides NAK and BUSY."""

    def encode(self) -> bytes:
        """The data that follows the command code; FieldRangeError when a value does not fit."""
        return b""

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """The command in ``payload``; PayloadError when it does not fit."""
        require_empty(payload)
        return cls()


class Reply:
    """What a peripheral device answers."""

    __slots__ = ()
    CODE: ClassVar[ReplyCode]

    def encode(self) -> bytes:
        """The data that follows the reply code; FieldRangeError when a value does not fit."""
        return b""

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """The reply in ``payload``; PayloadError when it does not fit."""
        require_empty(payload)
        return cls()


def require_empty(payload: bytes) -> None:
    """Raise PayloadError unless ``payload`` is empty."""
    if payload:
        raise PayloadError(f"{len(payload)} bytes of data where none belong")
