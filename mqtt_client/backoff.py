"""How long to wait before the next attempt to connect: full jitter, so that a fleet does not return all at once.

Source: "Exponential Backoff And Jitter" (AWS architecture blog, 2015); pure, the random source is an argument.
"""

from collections.abc import Callable
from typing import Final

FIRST_DELAY_S: Final = 0.5
DELAY_MAX_S: Final = 30.0
STABLE_AFTER_S: Final = 30.0


class Backoff:
    """Grows with each failed attempt; starts over after a connection that lasted `STABLE_AFTER_S`.

    `random` gives numbers in [0, 1).
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._attempts = 0

    def next_delay_s(self, connected_for_s: float = 0.0) -> float:
        """The pause after an attempt that ended; `connected_for_s` tells how long it had been connected."""
        if connected_for_s >= STABLE_AFTER_S:
            self._attempts = 0
        ceiling = min(DELAY_MAX_S, FIRST_DELAY_S * 2.0 ** min(self._attempts, 16))
        self._attempts += 1
        return self._random() * ceiling
