"""One timer of the event loop, re-armed for whatever a pure state machine is waiting for next."""

import asyncio
from collections.abc import Callable


class DeadlineTimer:
    """Calls `fire(now)` once at the deadline that was armed last; times are those of the running loop's clock."""

    def __init__(self, fire: Callable[[float], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._fire = fire
        self._handle: asyncio.TimerHandle | None = None

    def now(self) -> float:
        return self._loop.time()

    def arm(self, deadline: float | None) -> None:
        """Forget the deadline before and wait for this one; None waits for nothing."""
        if self._handle is not None:
            self._handle.cancel()
        self._handle = None if deadline is None else self._loop.call_at(deadline, self._due)

    def _due(self) -> None:
        self._handle = None
        self._fire(self.now())
