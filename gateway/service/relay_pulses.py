"""Two relays that are never left closed: each closing has its end, and `lock` ends all at once."""

from collections.abc import Callable
from typing import Final

from gateway.domain.access_point import Direction
from gateway.service.ports import TimerHandle, Timers

DIRECTIONS: Final[tuple[Direction, Direction]] = ("in", "out")


class RelayPulses:
    """Times the pulses; `drive(direction, is_closed)` sets a relay, at once."""

    def __init__(self, drive: Callable[[Direction, bool], None], timers: Timers) -> None:
        self._drive = drive
        self._timers = timers
        self._pending: dict[Direction, TimerHandle] = {}

    def is_closed(self, direction: Direction) -> bool:
        """Whether a pulse is running in this direction."""
        return direction in self._pending

    def close_for(self, direction: Direction, duration_ms: int) -> None:
        """Close a relay now and open it after `duration_ms`; a running pulse of it starts anew."""
        self._drive(direction, True)
        self._forget(direction)
        self._pending[direction] = self._timers.call_later(duration_ms / 1000, lambda: self._open(direction))

    def open_all(self) -> None:
        """Open both relays now, whatever was running."""
        for direction in DIRECTIONS:
            self._open(direction)

    def _open(self, direction: Direction) -> None:
        self._forget(direction)
        self._drive(direction, False)

    def _forget(self, direction: Direction) -> None:
        pending = self._pending.pop(direction, None)
        if pending is not None:
            pending.cancel()
