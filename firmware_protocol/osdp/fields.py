"""Reading and writing the little-endian fields of commands and replies."""

import struct
from typing import Any

from firmware_protocol.osdp.errors import FieldRangeError, PayloadError


def pack(layout: str, *values: int) -> bytes:
    """Encode ``values`` little-endian by a ``struct`` layout; FieldRangeError when one does not fit."""
    try:
        return struct.pack("<" + layout, *values)
    except struct.error as error:
        raise FieldRangeError(f"{values} do not fit {layout}: {error}") from None


def unpack(layout: str, payload: bytes) -> tuple[Any, ...]:
    """Decode a payload that is of one ``struct`` layout, little-endian, and no longer; PayloadError otherwise."""
    try:
        return struct.unpack("<" + layout, payload)
    except struct.error:
        raise PayloadError(f"{len(payload)} bytes of data, {struct.calcsize('<' + layout)} expected") from None


def tenths(name: str, duration_ms: int) -> int:
    """The wire's unit of 100 ms for a duration; FieldRangeError unless it is a multiple of 100."""
    count, rest = divmod(duration_ms, 100)
    if rest or duration_ms < 0:
        raise FieldRangeError(f"{name} must be a multiple of 100 ms and not negative, not {duration_ms}")
    return count


def require(condition: bool, message: str) -> None:  # noqa: FBT001
    """Raise FieldRangeError with ``message`` unless ``condition`` holds."""
    if not condition:
        raise FieldRangeError(message)


class FieldReader:
    """Takes fields from the front of a payload; PayloadError when there are too few bytes."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._position = 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        end = self._position + count
        if end > len(self._payload):
            raise PayloadError(f"{len(self._payload)} bytes of data, at least {end} needed")
        taken = self._payload[self._position : end]
        self._position = end
        return taken

    def u8(self) -> int:
        return self.take(1)[0]

    def u16(self) -> int:
        return int.from_bytes(self.take(2), "little")

    def u24(self) -> int:
        return int.from_bytes(self.take(3), "little")

    def u32(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def rest(self) -> bytes:
        """All bytes that are left."""
        return self.take(len(self._payload) - self._position)

    def end(self) -> None:
        """Assert that nothing is left; PayloadError otherwise."""
        if self._position != len(self._payload):
            raise PayloadError(f"{len(self._payload)} bytes of data, only {self._position} expected")
