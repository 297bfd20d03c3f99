"""A journal is taken over exactly once and in order; holes, poison and wrong clocks are dealt with by name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from cloud.access_events import journal, journal_faults
from cloud.access_events.journal import BatchOutcome, Standing
from cloud.access_events.models import AccessEvent, RefusedEvent
from cloud.alarms import service as alarms
from cloud.contracts import service as contracts
from cloud.gate_commands import service as gate_commands
from cloud.kit.clock import utc_now
from sync_protocol.journal_events import (
    CHAIN_START,
    AccessDecided,
    AccessTaken,
    EventBody,
    GapRecorded,
    JournalEvent,
    LaneChanged,
    SealedEvent,
    chain_after,
    seal_event,
    seal_gap,
)
from sync_protocol.messages import EventBatch
from tests.club import Club, gateway_of

DECIDED = AccessDecided("tap1", "lan_1", "in", "entry", "00" * 16, "allow", "granted", "contract", 3, member_id="mem_1")
NOISE = LaneChanged("lan_1", "ready")


class Journal:
    """Writes what a gateway would."""

    def __init__(self, *, boot_id: str = "boot1", booted_at: datetime | None = None) -> None:
        self.boot_id = boot_id
        self._booted_at = booted_at or utc_now() - timedelta(seconds=5)
        self._chain = CHAIN_START
        self.events: list[SealedEvent] = []

    def write(self, body: EventBody, *, clock: Any = "synced", wall_ms: int | None = None, at_ms: int = 0) -> None:
        true_ms = int(self._booted_at.timestamp() * 1000) + at_ms
        event = JournalEvent(
            seq=len(self.events),
            boot_id=self.boot_id,
            monotonic_ms=at_ms,
            wall_ms=true_ms if wall_ms is None else wall_ms,
            clock=clock,
            body=body,
        )
        self.seal(seal_event(event, self._chain))

    def seal(self, sealed: SealedEvent) -> None:
        self._chain = sealed.chain
        self.events.append(sealed)


@pytest.fixture
def gateway_id(club: Club) -> str:
    return club.add_gateway(club.add_lane())


def send(club: Club, gateway_id: str, events: list[SealedEvent], epoch: str = "e1") -> BatchOutcome:
    with club.database.transaction() as session:
        return journal.record_batch(session, gateway_of(session, gateway_id), EventBatch(epoch, tuple(events)))


def taken_over(source: Journal, epoch: str = "e1") -> BatchOutcome:
    last = source.events[-1]
    return BatchOutcome(Standing(epoch, last.seq, b"", last.chain), ())


def faults(club: Club, gateway_id: str) -> list[tuple[str, int, int, str]]:
    with club.database.session() as session:
        found = journal_faults.find_page(session, gateway_id, after=None, limit=50).items
        return [(fault.kind, fault.first_seq, fault.last_seq, fault.reason) for fault in reversed(found)]


def stored(club: Club) -> list[AccessEvent]:
    with club.database.session() as session:
        return list(session.scalars(select(AccessEvent).order_by(AccessEvent.id)))


def test_a_batch_is_stored_with_what_lists_and_filters_need(club: Club, gateway_id: str) -> None:
    source = Journal()
    source.write(DECIDED)
    assert send(club, gateway_id, source.events) == taken_over(source)
    (event,) = stored(club)
    assert (event.kind, event.member_id, event.outcome, event.reason) == ("access_decided", "mem_1", "allow", "granted")
    assert (event.gateway_id, event.site_id, event.seq) == (gateway_id, club.site_id, 0)
    assert event.body["credential_hash"] == "00" * 16
    assert (event.is_history, event.is_chain_intact) == (False, True)


def test_a_batch_that_comes_twice_is_stored_once(club: Club, gateway_id: str) -> None:
    source = Journal()
    for _ in range(5):
        source.write(NOISE)
    send(club, gateway_id, source.events[:3])
    assert send(club, gateway_id, source.events[1:]).standing.acked_seq == 4
    assert send(club, gateway_id, source.events).standing.acked_seq == 4
    assert [event.seq for event in stored(club)] == [0, 1, 2, 3, 4]


def test_what_begins_behind_a_hole_is_not_stored(club: Club, gateway_id: str) -> None:
    source = Journal()
    for _ in range(6):
        source.write(NOISE)
    assert send(club, gateway_id, source.events[2:]).standing.acked_seq == -1
    assert send(club, gateway_id, [*source.events[:2], *source.events[4:]]).standing.acked_seq == 1
    assert len(stored(club)) == 2


def test_the_same_numbers_of_another_journal_are_other_events(club: Club, gateway_id: str) -> None:
    source, other = Journal(), Journal(boot_id="boot2")
    source.write(NOISE)
    other.write(NOISE)
    send(club, gateway_id, source.events, "e1")
    send(club, gateway_id, other.events, "e2")
    assert [event.journal_epoch for event in stored(club)] == ["e1", "e2"]


def test_an_event_that_comes_again_in_a_journal_begun_anew_is_stored_once(club: Club, gateway_id: str) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(session, member_id, visits_total=10)
    source = Journal()
    for number in range(6):
        source.write(AccessTaken(f"tap{number}", "lan_1", "in", member_id, contract_id, spends_visit=True))
    send(club, gateway_id, source.events[:4], "e1")
    assert send(club, gateway_id, source.events, "e2") == taken_over(source, "e2")
    assert [(event.journal_epoch, event.seq) for event in stored(club)] == [
        *(("e1", n) for n in range(4)),
        ("e2", 4),
        ("e2", 5),
    ]
    with club.database.session() as session:
        assert contracts.get(session, contract_id).visits_used == 6


def test_an_event_that_cannot_be_read_is_put_aside_and_the_line_moves_on(club: Club, gateway_id: str) -> None:
    source = Journal()
    source.write(NOISE)
    source.seal(SealedEvent(1, b"\xc1 garbage", bytes(32)))
    source.write(NOISE)
    outcome = send(club, gateway_id, source.events)
    assert outcome.standing.acked_seq == 2
    assert [seq for seq, _ in outcome.refused] == [1]
    assert [event.seq for event in stored(club)] == [0, 2]
    with club.database.session() as session:
        (refused,) = session.scalars(select(RefusedEvent))
    assert (refused.seq, refused.content) == (1, b"\xc1 garbage")


@pytest.mark.parametrize(
    ("body", "wall_ms"),
    [
        (LaneChanged("lan_1", "ready", "a\x00b"), None),
        (LaneChanged("l" * 65, "ready"), None),
        (LaneChanged("lan_1", "ready", "x" * 1001), None),
        (NOISE, 2**62),
        (NOISE, 2**64 - 1),
        (NOISE, 253_402_300_799_999),
        (NOISE, -1),
    ],
    ids=["nul", "long id", "long text", "no calendar", "too big", "end of the calendar", "before 1970"],
)
def test_an_event_that_no_table_can_hold_is_refused_by_name(
    club: Club, gateway_id: str, body: EventBody, wall_ms: int | None
) -> None:
    source = Journal()
    source.write(body, wall_ms=wall_ms)
    source.write(NOISE)
    outcome = send(club, gateway_id, source.events)
    assert (outcome.standing.acked_seq, len(outcome.refused)) == (1, 1)
    assert [event.seq for event in stored(club)] == [1]


def test_a_gap_record_stands_for_the_events_that_it_covers(club: Club, gateway_id: str) -> None:
    source = Journal()
    for _ in range(4):
        source.write(NOISE)
    gap = JournalEvent(3, "boot1", 0, int(utc_now().timestamp() * 1000), "synced", GapRecorded(1, {"lane_changed": 3}))
    folded = [source.events[0], seal_gap(gap, source.events[3].chain)]
    source.write(NOISE)
    assert send(club, gateway_id, [*folded, source.events[4]]).standing.acked_seq == 4
    assert [(event.seq, event.kind, event.is_chain_intact) for event in stored(club)] == [
        (0, "lane_changed", True),
        (3, "gap", True),
        (4, "lane_changed", True),
    ]


def test_an_altered_event_shows_as_a_broken_chain(club: Club, gateway_id: str) -> None:
    source = Journal()
    source.write(NOISE)
    forged = seal_event(JournalEvent(1, "boot1", 0, 1_700_000_000_000, "synced", DECIDED), b"x" * 32)
    source.seal(forged)
    source.write(NOISE)
    send(club, gateway_id, source.events)
    assert [event.is_chain_intact for event in stored(club)] == [True, False, True]
    assert faults(club, gateway_id) == [("broken", 1, 1, "")]
    with club.database.session() as session:
        (alarm,) = alarms.find_page(session, limit=9).items
        assert (alarm.kind, alarm.gateway_id, alarm.is_history) == ("journal_broken", gateway_id, False)


def test_staff_are_called_once_to_a_journal_that_is_broken_again_and_again(club: Club, gateway_id: str) -> None:
    source = Journal()
    for seq in range(3):
        source.seal(seal_event(JournalEvent(seq, "boot1", 0, 1_700_000_000_000, "synced", NOISE), b"x" * 32))
        send(club, gateway_id, source.events)
    assert faults(club, gateway_id) == [("broken", 0, 2, "")], "one break, however many batches tell of it"
    with club.database.session() as session:
        assert len(alarms.find_page(session, limit=9).items) == 1


def test_what_a_full_gateway_dropped_is_told_to_staff_without_an_alarm(club: Club, gateway_id: str) -> None:
    source = Journal()
    for _ in range(4):
        source.write(NOISE)
    gap = JournalEvent(3, "boot1", 0, 1_700_000_000_000, "synced", GapRecorded(1, {"lane_changed": 3}))
    send(club, gateway_id, [source.events[0], seal_gap(gap, source.events[3].chain)])
    assert faults(club, gateway_id) == [("gap", 1, 3, "")]
    with club.database.session() as session:
        assert not alarms.find_page(session, limit=9).items


def test_what_is_put_aside_is_told_to_staff_with_the_reason(club: Club, gateway_id: str) -> None:
    source = Journal()
    source.seal(SealedEvent(0, b"poison", chain_after(CHAIN_START, b"poison")))
    send(club, gateway_id, source.events)
    send(club, gateway_id, source.events)
    ((kind, first_seq, last_seq, reason),) = faults(club, gateway_id)
    assert (kind, first_seq, last_seq) == ("refused", 0, 0)
    assert reason


def test_what_neither_side_has_any_more_is_told_to_staff(club: Club, gateway_id: str) -> None:
    with club.database.transaction() as session:
        journal.open_journal(session, gateway_of(session, gateway_id), "e1", 5, b"n")
    assert faults(club, gateway_id) == [("lost", 0, 4, "")]
    with club.database.session() as session:
        assert [alarm.kind for alarm in alarms.find_page(session, limit=9).items] == ["journal_broken"]


def test_yesterdays_entrance_is_recorded_and_calls_nobody(club: Club, gateway_id: str) -> None:
    """A backlog is history: it is in every list, and nothing is done about it."""
    source = Journal(booted_at=utc_now() - timedelta(days=1))
    with club.database.transaction() as session:
        member_id = club.add_member(session, card=7)
    source.write(msgspec.structs.replace(DECIDED, member_id=member_id, signals=("duress",)))
    source.write(AccessTaken("tap1", "lan_1", "in", member_id))
    source.write(LaneChanged("lan_1", "forced"))
    send(club, gateway_id, source.events)
    with club.database.session() as session:
        assert all(event.is_history for event in session.scalars(select(AccessEvent)))
        assert all(alarm.is_history for alarm in alarms.find_page(session, limit=9).items)
        assert alarms.count_urgent(session) == 0
        assert not gate_commands.has_due(session)


def test_a_backlog_is_history_and_a_fresh_event_is_news(club: Club, gateway_id: str) -> None:
    source = Journal(booted_at=utc_now() - timedelta(seconds=100))
    source.write(NOISE, at_ms=60_000)
    source.write(NOISE, at_ms=99_000)
    send(club, gateway_id, source.events)
    assert [event.is_history for event in stored(club)] == [True, False]


def test_events_of_an_untrusted_clock_get_their_time_once_the_boot_s_offset_is_known(
    club: Club, gateway_id: str
) -> None:
    booted_at = datetime(2026, 11, 1, 8, tzinfo=UTC)
    source = Journal(booted_at=booted_at)
    source.write(NOISE, clock="untrusted", wall_ms=0, at_ms=1000)
    source.write(NOISE, clock="floor", wall_ms=1_600_000_000_000, at_ms=2000)
    send(club, gateway_id, source.events)
    assert stored(club)[0].occurred_at.year == 1970
    source.write(NOISE, at_ms=3000)
    source.write(NOISE, clock="floor", wall_ms=5, at_ms=4000)
    send(club, gateway_id, source.events[2:])
    assert [event.occurred_at for event in stored(club)] == [
        booted_at + timedelta(seconds=second) for second in (1, 2, 3, 4)
    ]


def test_the_offset_of_one_boot_says_nothing_about_another(club: Club, gateway_id: str) -> None:
    source = Journal(boot_id="boot1")
    source.write(NOISE)
    source.boot_id = "boot2"
    source.write(NOISE, clock="untrusted", wall_ms=7)
    send(club, gateway_id, source.events)
    assert stored(club)[1].occurred_at == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=7)


def test_a_visit_is_counted_with_the_event_and_only_once(club: Club, gateway_id: str) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        contract_id = club.add_contract(session, member_id, visits_total=10)
    source = Journal()
    source.write(AccessTaken("tap1", "lan_1", "in", member_id, contract_id, spends_visit=True))
    send(club, gateway_id, source.events)
    send(club, gateway_id, source.events)
    with club.database.session() as session:
        assert contracts.get(session, contract_id).visits_used == 1


def test_a_visit_of_a_contract_that_is_gone_is_an_event_all_the_same(club: Club, gateway_id: str) -> None:
    source = Journal()
    source.write(AccessTaken("tap1", "lan_1", "in", "mem_gone", "ctr_gone", spends_visit=True))
    assert send(club, gateway_id, source.events) == taken_over(source)
    assert len(stored(club)) == 1


def test_a_journal_that_lost_its_beginning_is_taken_over_from_where_it_is(
    club: Club, gateway_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    source = Journal()
    for _ in range(8):
        source.write(NOISE)
    with club.database.transaction() as session:
        assert journal.open_journal(session, gateway_of(session, gateway_id), "e1", 5, b"n").acked_seq == 4
    assert "events 0 to 4" in caplog.text
    assert send(club, gateway_id, source.events[5:]).standing.acked_seq == 7
    with club.database.transaction() as session:
        assert journal.open_journal(session, gateway_of(session, gateway_id), "e1", 6, b"n").acked_seq == 7


def test_a_monotonic_time_without_sense_does_not_hold_up_the_line(club: Club, gateway_id: str) -> None:
    source = Journal()
    source.write(NOISE, clock="floor", at_ms=2**62, wall_ms=1_795_000_000_000)
    source.write(NOISE)
    send(club, gateway_id, source.events[:1])
    before = stored(club)[0].occurred_at
    assert send(club, gateway_id, source.events) == taken_over(source)
    assert stored(club)[0].occurred_at == before
