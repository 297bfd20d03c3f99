"""So many changes, and no more."""

from gateway.domain.access_point import ReaderKey
from gateway.service.change_budget import CHANGES_MAX, WINDOW_S, ChangeBudget
from tests.gate_fakes import FakeTimers

ENTRY, EXIT = ReaderKey("entry"), ReaderKey("exit")


def test_each_kind_of_change_of_each_reader_has_its_own_budget_for_a_minute() -> None:
    timers, told = FakeTimers(), list[tuple[str, str, int]]()
    budget = ChangeBudget(timers, lambda reader, state, count: told.append((reader, state, count)))
    assert [budget.take(ENTRY, "offline") for _ in range(CHANGES_MAX + 2)] == [True] * CHANGES_MAX + [False] * 2
    assert budget.take(ENTRY, "online")
    assert budget.take(EXIT, "offline")
    timers.advance(WINDOW_S)
    assert told == [("entry", "offline", 2)]
    assert budget.take(ENTRY, "offline")
