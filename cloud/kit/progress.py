"""How far a long command is, told on a stream now and then: one line that is written over on a terminal."""

import sys
import time
from collections.abc import Callable
from typing import Final, TextIO

_TERMINAL_PERIOD_S: Final = 0.2
_LOG_PERIOD_S: Final = 10.0


class Progress:
    """Tells `DONE of TOTAL WHAT` at most five times a second on a terminal, every ten seconds elsewhere."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._period_s = _TERMINAL_PERIOD_S if self._is_terminal else _LOG_PERIOD_S
        self._clock = clock
        self._told_at = clock()

    def tell(self, done: int, total: int, what: str) -> None:
        """So many are done; said if it is time again, and the end of a count always on a terminal."""
        now = self._clock()
        is_end = self._is_terminal and done >= total
        if now - self._told_at < self._period_s and not is_end:
            return
        self._told_at = now
        text = f"{done:,} of {total:,} {what}"
        self._stream.write(f"\r{text}" + "\n" * is_end if self._is_terminal else f"{text}\n")
        self._stream.flush()
