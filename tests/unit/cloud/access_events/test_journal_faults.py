"""What is wrong with journals: a run is one fault that calls once, and no gateway fills the tables."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from cloud.access_events import journal, journal_faults
from cloud.access_events.journal_faults import Fault, prune_some
from cloud.access_events.models import JournalFault, RefusedEvent
from cloud.alarms import service as alarms
from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import CHAIN_START, AnonymousPassage, LaneChanged, SealedEvent, chain_after
from tests.club import Club, gateway_of
from tests.unit.cloud.access_events.test_journal import Journal, faults, send, stored


@pytest.fixture
def gateway_id(club: Club) -> str:
    return club.add_gateway(club.add_lane())


def note(club: Club, gateway_id: str, *found: Fault, epoch: str = "e1") -> None:
    with club.database.transaction() as session:
        journal_faults.note(session, gateway_of(session, gateway_id), epoch, found)


def acknowledge_all(club: Club) -> int:
    with club.database.transaction() as session:
        return alarms.acknowledge_up_to(session, club.actor, alarms.newest_id(session))


def poison(count: int) -> Sequence[SealedEvent]:
    events, chain = [], CHAIN_START
    for seq in range(count):
        content = f"poison {seq % 2}".encode()
        chain = chain_after(chain, content)
        events.append(SealedEvent(seq, content, chain))
    return events


def test_a_run_of_the_same_is_one_fault_over_batches_and_calls_once(club: Club, gateway_id: str) -> None:
    note(club, gateway_id, Fault("broken", 4, 4), Fault("refused", 4, 4, "no"), Fault("broken", 5, 5))
    assert acknowledge_all(club) == 1
    note(club, gateway_id, Fault("broken", 6, 6), Fault("broken", 7, 7))
    assert faults(club, gateway_id) == [("broken", 4, 7, ""), ("refused", 4, 4, "no")]
    assert acknowledge_all(club) == 0, "the same break calls nobody again"
    note(club, gateway_id, Fault("broken", 9, 9))
    note(club, gateway_id, Fault("broken", 10, 10), epoch="e2")
    assert len(faults(club, gateway_id)) == 4
    assert acknowledge_all(club) == 1, "one until somebody has seen it"


def test_an_alarm_of_a_journal_waits_for_days_without_a_second_one(club: Club, gateway_id: str) -> None:
    for day in range(3):
        note(club, gateway_id, Fault("forged", 1, 7 + day, "not signed"), epoch="")
        with club.database.transaction() as session:
            alarm = alarms.find_page(session, limit=1).items[0]
            alarm.occurred_at -= timedelta(days=1)
    assert acknowledge_all(club) == 1


def test_of_one_gateway_no_more_faults_are_kept_than_may_be(
    club: Club, gateway_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_faults, "FAULTS_MAX", 3)
    other = club.add_gateway(club.add_lane("Lane 2"))
    note(club, other, Fault("gap", 1, 1))
    for seq in range(0, 20, 2):
        note(club, gateway_id, Fault("gap", seq, seq))
    assert [first for _, first, *_ in faults(club, gateway_id)] == [14, 16, 18]
    assert faults(club, other) == [("gap", 1, 1, "")]


def test_of_one_gateway_no_more_refused_events_are_kept_than_may_be(
    club: Club, gateway_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "REFUSED_MAX", 3)
    events = poison(8)
    for upto in (4, 8):
        assert send(club, gateway_id, list(events[:upto])).standing.acked_seq == upto - 1
    with club.database.session() as session:
        assert session.scalars(select(RefusedEvent.seq).order_by(RefusedEvent.seq)).all() == [5, 6, 7]


def test_a_gateway_that_begins_one_journal_after_the_other_is_stopped(
    club: Club, gateway_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "EPOCHS_MAX", 2)
    for epoch in ("e1", "e2", "e1"):
        send(club, gateway_id, [], epoch)
    with pytest.raises(MalformedMessageError, match="enrol it anew"):
        send(club, gateway_id, [], "e3")


def test_what_a_gateway_says_of_another_one_s_lane_is_put_aside_and_told(club: Club, gateway_id: str) -> None:
    others_lane, nobodys_lane = club.add_lane("Lane 2"), club.add_lane("Lane 3")
    club.add_gateway(others_lane)
    source = Journal()
    for lane_id in (others_lane, nobodys_lane, "lan_gone", "nul\x00"):
        source.write(AnonymousPassage(lane_id, "in", "exit_request"))
    assert [seq for seq, _ in send(club, gateway_id, source.events).refused] == [0, 3]
    assert [event.lane_id for event in stored(club)] == [nobodys_lane, "lan_gone"]
    assert ("refused", 0, 0, "it is about a lane that is not this gateway's") in faults(club, gateway_id)


def test_a_lane_whose_gateway_was_replaced_is_the_new_one_s(club: Club, gateway_id: str) -> None:
    lane_id = club.add_lane("Lane 2")
    replaced = club.add_gateway(lane_id)
    with club.database.transaction() as session:
        gateway_of(session, replaced).retired_at = session.now
    source = Journal()
    source.write(LaneChanged(lane_id, "ready"))
    assert not send(club, gateway_id, source.events).refused, "nobody is in charge of it now"


def test_faults_and_refused_events_are_forgotten_after_a_year_and_a_season(
    club: Club, gateway_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_faults, "PRUNED_AT_ONCE", 2)
    send(club, gateway_id, list(poison(5)))
    note(club, gateway_id, Fault("gap", 20, 21))
    with club.database.transaction() as session:
        long_ago = session.now - journal_faults.KEPT_FOR - timedelta(seconds=1)
        session.execute(update(JournalFault).where(JournalFault.kind == "refused").values(noticed_at=long_ago))
        session.execute(update(RefusedEvent).where(RefusedEvent.seq < 4).values(received_at=long_ago))
    while prune_some(club.database):
        pass
    assert [kind for kind, *_ in faults(club, gateway_id)] == ["gap"]
    with club.database.session() as session:
        assert session.scalar(select(func.count()).select_from(RefusedEvent)) == 1


def test_forged_messages_of_an_hour_are_one_fault_and_call_once_an_hour(club: Club, gateway_id: str) -> None:
    def forge(number: int, why: str) -> None:
        with club.database.transaction() as session:
            journal_faults.note_forged(session, gateway_of(session, gateway_id), number, why)

    forge(1, "not signed")
    forge(7, "signed by another")
    assert faults(club, gateway_id) == [("forged", 1, 8, "not signed")]
    assert acknowledge_all(club) == 1
    with club.database.transaction() as session:
        session.execute(update(JournalFault).values(noticed_at=session.now - timedelta(hours=1)))
    forge(2, "not signed")
    assert len(faults(club, gateway_id)) == 2
    assert acknowledge_all(club) == 1


def test_forged_messages_drive_no_other_fault_out(club: Club, gateway_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_faults, "FORGED_MAX", 2)
    note(club, gateway_id, Fault("broken", 4, 4))
    for _ in range(4):
        with club.database.transaction() as session:
            session.execute(update(JournalFault).values(noticed_at=session.now - timedelta(hours=2)))
            journal_faults.note_forged(session, gateway_of(session, gateway_id), 1, "not signed")
    assert [kind for kind, *_ in faults(club, gateway_id)] == ["broken", "forged", "forged"]
