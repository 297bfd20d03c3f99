"""Messages larger than one frame (clause 5.10): total size, offset, fragment size, fragment.

Smart card replies come in such parts, one for each poll; smart card commands go out in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from firmware_protocol.osdp.errors import PayloadError
from firmware_protocol.osdp.fields import FieldReader, pack, require

HEADER_SIZE = 6
TOTAL_SIZE_MAX = 0xFFFF


@dataclass(frozen=True, slots=True)
class Fragment:
    """One part: ``data`` at ``offset`` of a message of ``total_size`` bytes."""

    total_size: int
    offset: int
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        require(self.offset + len(self.data) <= self.total_size, "a fragment beyond its message's end")
        self.encode()

    def encode(self) -> bytes:
        return pack("HHH", self.total_size, self.offset, len(self.data)) + self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        fields = FieldReader(payload)
        total_size, offset = fields.u16(), fields.u16()
        data = fields.take(fields.u16())
        fields.end()
        if offset + len(data) > total_size:
            raise PayloadError("a fragment beyond its message's end")
        return cls(total_size, offset, data)

    @property
    def is_last(self) -> bool:
        return self.offset + len(self.data) == self.total_size


def split_message(data: bytes, fragment_size: int) -> Iterator[Fragment]:
    """``data`` in fragments of at most ``fragment_size`` bytes; one empty fragment for no data."""
    require(len(data) <= TOTAL_SIZE_MAX, f"a multi-part message has {TOTAL_SIZE_MAX} bytes at most")
    require(fragment_size > 0, "the other end's frames are too small for a fragment")
    for offset in range(0, max(len(data), 1), fragment_size):
        yield Fragment(len(data), offset, data[offset : offset + fragment_size])


class Assembly:
    """Puts the fragments of one message together, in order, without a gap."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._total_size: int | None = None

    def add(self, fragment: Fragment) -> bytes | None:
        """The whole message once ``fragment`` completes it, else None.

        Offset 0 begins anew. PayloadError for a fragment that does not continue the message.
        """
        if fragment.offset == 0:
            self._data.clear()
            self._total_size = fragment.total_size
        if fragment.offset != len(self._data) or fragment.total_size != self._total_size:
            raise PayloadError(f"a fragment at {fragment.offset} where {len(self._data)} was expected")
        self._data += fragment.data
        return bytes(self._data) if fragment.is_last else None
