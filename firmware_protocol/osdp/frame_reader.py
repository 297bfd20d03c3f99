"""Finds frames in whatever the line delivers: any chunks, any garbage before, between and inside.

After a wrong length or wrong check characters only the start of message is skipped, so that a
frame hidden behind a false start is still found. A frame that stops half-way is given up after
the inter-character time-out. The buffer never holds more than one frame.
"""

from collections.abc import Iterator

from firmware_protocol.osdp.codes import FRAME_SIZE_MAX, REPLY_FLAG, SOM
from firmware_protocol.osdp.errors import FrameError
from firmware_protocol.osdp.frame import FRAME_SIZE_MIN, Frame, frame_size, parse_frame

_LENGTH_END = 4


class FrameReader:
    """Bytes in, frames out. ``timeout`` is the inter-character time-out in seconds."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._buffer = bytearray()
        self.last_byte_at = float("-inf")
        """When bytes arrived last, whatever they were."""
        self.bytes_skipped = 0
        """Bytes that belong to no frame, marks among them."""

    def receive_bytes(self, data: bytes, now: float) -> Iterator[tuple[Frame, bytes]]:
        """Yield each frame that ``data`` completes, with its raw bytes."""
        if data:
            # Not by the clock: a process that was held up reads late what arrived in time.
            self.last_byte_at = now
        self._buffer += data
        yield from self._frames()

    def handle_timer(self, now: float) -> Iterator[tuple[Frame, bytes]]:
        """Give up a frame that stopped half-way; yield frames that lay behind its false start."""
        if now >= self.last_byte_at + self._timeout:
            yield from self.give_up()

    def next_deadline(self) -> float | None:
        """When ``handle_timer`` is due, in seconds of the monotonic clock; None when nothing is pending."""
        return self.last_byte_at + self._timeout if self._buffer else None

    def pending_from(self, address: int) -> int:
        """How many bytes of a reply from ``address`` have arrived, as far as can be seen; 0 when it has not begun."""
        is_other = len(self._buffer) > 1 and self._buffer[1] != address | REPLY_FLAG
        return 0 if is_other else len(self._buffer)

    def give_up(self) -> Iterator[tuple[Frame, bytes]]:
        """Wait for no more bytes of an unfinished frame; yield frames that lay behind its false start."""
        while self._buffer:
            self._skip(1)
            yield from self._frames()

    def _frames(self) -> Iterator[tuple[Frame, bytes]]:
        while self._find_start():
            size = frame_size(self._buffer) if len(self._buffer) >= _LENGTH_END else FRAME_SIZE_MIN
            if not FRAME_SIZE_MIN <= size <= FRAME_SIZE_MAX:
                self._skip(1)
                continue
            if len(self._buffer) < size or len(self._buffer) < _LENGTH_END:
                return
            raw = bytes(self._buffer[:size])
            try:
                frame = parse_frame(raw)
            except FrameError:
                self._skip(1)
                continue
            del self._buffer[:size]
            yield frame, raw

    def _find_start(self) -> bool:
        start = self._buffer.find(SOM)
        self._skip(len(self._buffer) if start < 0 else start)
        return start >= 0

    def _skip(self, count: int) -> None:
        self.bytes_skipped += count
        del self._buffer[:count]
