from gateway.adapters.store_sqlite.salvage import relink
from sync_protocol.journal_events import GapRecorded, parse_event
from tests.journal_series import assert_complete, event_of, series


def gaps_in(events: list[object]) -> list[object]:
    return [event for event in events if isinstance(event, GapRecorded)]


def test_a_whole_journal_stays_whole() -> None:
    saved = relink(series(5), -1, event_of(0))
    assert assert_complete(saved) == 5
    assert not gaps_in([parse_event(event).body for event in saved])


def test_numbers_before_the_oldest_event_become_a_gap_of_the_earlier_epoch() -> None:
    saved = relink(series(5, first_seq=100), -1, event_of(0))
    assert assert_complete(saved) == 105
    assert parse_event(saved[0]).body == GapRecorded(0, {"earlier_epoch": 100})


def test_an_unreadable_middle_becomes_a_gap() -> None:
    events = series(10)
    saved = relink([*events[:3], *events[6:]], -1, event_of(0))
    assert assert_complete(saved) == 10
    assert parse_event(saved[3]).body == GapRecorded(3, {"unreadable": 3})


def test_numbers_of_known_visits_are_not_given_out_again() -> None:
    assert assert_complete(relink([], 41, event_of(0))) == 42
    assert assert_complete(relink(series(2), 41, event_of(0))) == 42


def test_nothing_saved_is_an_empty_journal() -> None:
    assert relink([], -1, event_of(0)) == []
