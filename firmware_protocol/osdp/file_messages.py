"""FILETRANSFER and FTSTAT: one part of a file, and what the device says to it (clauses 6.26 and 7.25)."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from firmware_protocol.osdp.codes import CommandCode, ReplyCode
from firmware_protocol.osdp.errors import PayloadError
from firmware_protocol.osdp.fields import FieldReader, pack, require, unpack
from firmware_protocol.osdp.message import Command, Reply

FILE_HEADER_SIZE = 11
_MAY_INTERLEAVE, _LEAVE_SECURE_CHANNEL, _HAS_POLL_REPLY = 1, 2, 4


@dataclass(frozen=True, slots=True)
class FilePart(Command):
    """``data`` at ``offset`` of a file of ``total_size`` bytes; empty at the end to keep the device company."""

    CODE = CommandCode.FILETRANSFER
    REPLIES = frozenset({ReplyCode.FTSTAT})

    type: int
    total_size: int
    offset: int
    data: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        require(self.offset + len(self.data) <= self.total_size, "a part beyond the file's end")
        self.encode()

    def encode(self) -> bytes:
        return pack("BIIH", self.type, self.total_size, self.offset, len(self.data)) + self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        file_type, total_size, offset = fields.u8(), fields.u32(), fields.u32()
        data = fields.take(fields.u16())
        fields.end()
        if offset + len(data) > total_size:
            raise PayloadError("a part beyond the file's end")
        return cls(file_type, total_size, offset, data)


class FileStatus(IntEnum):
    """How a file transfer goes; below zero it has failed."""

    PROCEED = 0
    PROCESSED = 1
    REBOOTING = 2
    FINISHING = 3
    ABORT = -1
    UNRECOGNISED = -2
    MALFORMED = -3


@dataclass(frozen=True, slots=True)
class FileTransferStatus(Reply):
    """FTSTAT. ``detail`` is a FileStatus or a maker's own value; negative is failure.

    ``delay_ms``: wait so long before the next part. ``may_interleave``: other commands may come between.
    ``message_size_max``: from now on send frames of so many bytes at most; 0 says nothing.
    """

    CODE = ReplyCode.FTSTAT

    detail: int
    delay_ms: int = 0
    message_size_max: int = 0
    may_interleave: bool = True
    wants_plain_text: bool = False
    has_poll_reply: bool = False

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        action = _MAY_INTERLEAVE * self.may_interleave + _LEAVE_SECURE_CHANNEL * self.wants_plain_text
        action += _HAS_POLL_REPLY * self.has_poll_reply
        return pack("BHhH", action, self.delay_ms, self.detail, self.message_size_max)

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        action, delay_ms, detail, message_size_max = unpack("BHhH", payload)
        return cls(
            detail=detail,
            delay_ms=delay_ms,
            message_size_max=message_size_max,
            may_interleave=bool(action & _MAY_INTERLEAVE),
            wants_plain_text=bool(action & _LEAVE_SECURE_CHANNEL),
            has_poll_reply=bool(action & _HAS_POLL_REPLY),
        )
