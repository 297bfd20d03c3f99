"""A gateway's hardware clocks: a quartz that drifts, and a wall clock that somebody or nobody sets."""

import random
from collections.abc import Callable

from gateway.adapters.clock_system import MachineClocks

BEGINS_AT_S = 1_795_262_400  # 21 November 2026, 12:00 UTC
_DRIFT_MAX = 100e-6
_STEP_MAX_S = 3 * 3600


class Machine:
    """`now_s` is the true time of the simulation in seconds since its beginning."""

    def __init__(self, name: str, now_s: Callable[[], float], rng: random.Random) -> None:
        self._name = name
        self._now_s = now_s
        self._rng = rng
        self._rate = 1.0 + rng.uniform(-_DRIFT_MAX, _DRIFT_MAX)
        self._has_battery = rng.random() < 0.5
        self._wall_error_s = rng.choice((0.0, 0.5, 30.0, -3600.0))
        self._starts = 0

    def start(self) -> MachineClocks:
        """The clocks of the next boot; without a battery the wall clock begins in 1970."""
        self._starts += 1
        booted_s = self._now_s()
        if not self._has_battery:
            self._wall_error_s = -(BEGINS_AT_S + booted_s)

        def monotonic_ns() -> int:
            return int((self._now_s() - booted_s) * self._rate * 1e9) + 10**10

        return MachineClocks(f"{self._name}-boot-{self._starts}", monotonic_ns, self._wall_ns)

    def step(self) -> float:
        """Somebody sets the wall clock, or a time server does; by how many seconds it is wrong then."""
        self._wall_error_s = self._rng.choice((0.0, self._rng.uniform(-_STEP_MAX_S, _STEP_MAX_S)))
        return self._wall_error_s

    def _wall_ns(self) -> int:
        return int((BEGINS_AT_S + self._now_s() + self._wall_error_s) * 1e9)
