from gateway.adapters.store_sqlite.gaps import UNREADABLE, fold
from sync_protocol.journal_events import CHAIN_START, GapRecorded, SealedEvent, parse_event
from tests.journal_series import assert_complete, event_of, series


def body_of(sealed: SealedEvent) -> GapRecorded:
    body = parse_event(sealed).body
    assert isinstance(body, GapRecorded)
    return body


def test_a_gap_takes_the_place_of_the_last_event_that_it_stands_for() -> None:
    events = series(10)
    gap = fold(events[:4], event_of(0))
    assert gap.seq == 3
    assert body_of(gap) == GapRecorded(0, {"gateway_started": 4})
    assert assert_complete([gap, *events[4:]]) == 10


def test_a_gap_swallows_the_gap_before_it() -> None:
    events = series(10)
    first = fold(events[:4], event_of(0))
    second = fold([first, *events[4:7]], event_of(0))
    assert body_of(second) == GapRecorded(0, {"gateway_started": 7})
    assert assert_complete([second, *events[7:]]) == 10


def test_an_event_that_cannot_be_read_is_counted_as_such() -> None:
    gap = fold([SealedEvent(0, b"\xff", CHAIN_START), *series(1, 1)], event_of(0))
    assert body_of(gap).dropped == {UNREADABLE: 1, "gateway_started": 1}
