"""A lane of several parts: relays and inputs that are partly on GPIO lines, partly on a reader.

Each part does and hears its own. The lane is ready when all its parts are.
"""

import asyncio
import functools
from collections.abc import Callable, Sequence
from typing import Protocol

from gateway.domain.access_point import Direction
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.service.ports import Lane


class LanePart(Lane, Protocol):
    """A lane that is run."""

    async def run(self) -> None:
        """Serve until cancelled."""
        ...


class CompositeLane:
    """One lane, made of others with the same id."""

    def __init__(self, parts: Sequence[LanePart]) -> None:
        self._parts = tuple(parts)
        self._is_ready = [True] * len(self._parts)
        self._listener: Callable[[LaneInput], None] | None = None

    @property
    def lane_id(self) -> str:
        """The lane's id at the site."""
        return self._parts[0].lane_id

    def set_listener(self, listener: Callable[[LaneInput], None]) -> None:
        """Give every change of an input to `listener`, in the loop's thread."""
        self._listener = listener
        for number, part in enumerate(self._parts):
            part.set_listener(functools.partial(self._hear, number))

    def unlock(self, direction: Direction, duration_ms: int) -> None:
        """Close the relays of this direction now and open them again after `duration_ms`."""
        for part in self._parts:
            part.unlock(direction, duration_ms)

    def lock(self) -> None:
        """Open all relays now."""
        for part in self._parts:
            part.lock()

    async def run(self) -> None:
        """Serve every part until cancelled; one that fails ends all."""
        async with asyncio.TaskGroup() as group:
            for part in self._parts:
                group.create_task(part.run())

    def _hear(self, number: int, seen: LaneInput) -> None:
        assert self._listener is not None, "parts are heard through the lane's listener"
        if seen.signal is LaneSignal.READY:
            self._is_ready[number] = seen.is_active
            seen = LaneInput(LaneSignal.READY, all(self._is_ready))
        self._listener(seen)
