"""A limit on attempts: so many for each key within a window. In memory and bounded; each process counts for itself."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

_KEYS_MAX: Final = 20_000


class AttemptLimiter:
    """Counts attempts by key. Thread-safe. When too many keys are known, the longest untouched is forgotten.

    Args:
        attempts_max: how many a window allows.
        window_s: how long the count of a key lives, from its first attempt.
    """

    def __init__(self, attempts_max: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._attempts_max = attempts_max
        self._window_s = window_s
        self._clock = clock
        self._lock = Lock()
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def attempt(self, key: str) -> int:
        """Count one attempt. 0: go ahead; otherwise the whole seconds to wait."""
        now = self._clock()
        with self._lock:
            count, started = self._counts.pop(key, (0, now))
            if now - started >= self._window_s:
                count, started = 0, now
            self._counts[key] = (min(count + 1, self._attempts_max + 1), started)
            if len(self._counts) > _KEYS_MAX:
                self._counts.popitem(last=False)
        return 0 if count < self._attempts_max else max(1, round(started + self._window_s - now))

    def forget(self, key: str) -> None:
        """Begin anew for a key, after an attempt that was right."""
        with self._lock:
            self._counts.pop(key, None)
