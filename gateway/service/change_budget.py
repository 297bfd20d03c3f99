"""How often a reader's changes are recorded: a loose contact must not push the members' taps out of the journal."""

from collections.abc import Callable
from typing import Final

from gateway.domain.access_point import ReaderKey
from gateway.service.ports import ReaderState, Timers

CHANGES_MAX: Final = 20
"""So many changes of one reader to one state are recorded within a minute; more are counted."""
WINDOW_S: Final = 60.0


class ChangeBudget:
    """Says of each change whether to record it; `tell_left_out(reader, state, count)` tells of the rest afterwards."""

    def __init__(self, timers: Timers, tell_left_out: Callable[[ReaderKey, ReaderState, int], None]) -> None:
        self._timers = timers
        self._tell_left_out = tell_left_out
        self._counts: dict[tuple[ReaderKey, ReaderState], int] = {}

    def take(self, reader: ReaderKey, state: ReaderState) -> bool:
        """Whether this change is one of those to record."""
        kind = (reader, state)
        count = self._counts.get(kind, 0)
        if count == 0:
            self._timers.call_later(WINDOW_S, lambda: self._end_window(reader, state))
        self._counts[kind] = count + 1
        return count < CHANGES_MAX

    def _end_window(self, reader: ReaderKey, state: ReaderState) -> None:
        left_out = self._counts.pop((reader, state)) - CHANGES_MAX
        if left_out > 0:
            self._tell_left_out(reader, state, left_out)
