"""Codes from a QR or barcode scanner on a serial line: one line a code, ended by CR, LF or both.

A scanner that ends its codes with nothing is served too: silence ends the code.
"""

from collections.abc import Iterator

CODE_SIZE_MAX = 2953
"""The most bytes that a QR code can hold (version 40, level L)."""
SILENCE_SECONDS = 0.100

_LINE_ENDS = b"\r\n"


class SerialScanner:
    """Bytes in, codes out. ``silence`` is how many seconds without a byte end a code."""

    def __init__(self, silence: float = SILENCE_SECONDS) -> None:
        self._silence = silence
        self._code = bytearray()
        self._is_overlong = False
        self._last_byte_at = 0.0

    def receive_bytes(self, data: bytes, now: float) -> Iterator[bytes]:
        """Yield each code that ``data`` completes; empty lines and overlong ones are dropped."""
        yield from self.handle_timer(now)
        self._last_byte_at = now
        for byte in data:
            if byte in _LINE_ENDS:
                yield from self._finish()
            elif len(self._code) < CODE_SIZE_MAX:
                self._code.append(byte)
            else:
                self._is_overlong = True

    def next_deadline(self) -> float | None:
        """When ``handle_timer`` is due; None while no code is being read."""
        return self._last_byte_at + self._silence if self._code else None

    def handle_timer(self, now: float) -> Iterator[bytes]:
        """Yield the code that silence has ended, if any."""
        if self._code and now >= self._last_byte_at + self._silence:
            yield from self._finish()

    def _finish(self) -> Iterator[bytes]:
        code, is_overlong = bytes(self._code), self._is_overlong
        self._code.clear()
        self._is_overlong = False
        if code and not is_overlong:
            yield code
