"""The audit log shows where it was tampered with, and still lets a person be taken out of it."""

import pytest
from sqlalchemy import delete, insert, select, update

from cloud.audit import service
from cloud.audit.chain import chain_after
from cloud.audit.models import AuditEntry, AuditHead
from cloud.audit.service import Actor, AuditFilter
from cloud.audit.verification import ERASURE, Anchor, Break, Verdict, verify
from tests.club import Club

SYSTEM = Actor("system", "test")


def record(club: Club, action: str = "thing.change", entity: str = "1", **after: object) -> int:
    with club.database.transaction() as session:
        service.record(session, SYSTEM, action, entity=("thing", entity), after=after)
    return verdict(club).entries


def verdict(club: Club, anchor: Anchor | None = None) -> Verdict:
    with club.database.session() as session:
        return verify(session, anchor)


def tamper(club: Club, statement: object) -> Break | None:
    with club.database.transaction() as session:
        session.execute(statement)  # type: ignore[call-overload]
    return verdict(club).found


@pytest.mark.parametrize("column", ["before", "after"])
def test_what_changed_is_covered_by_the_chain(club: Club, column: str) -> None:
    seq = record(club, name="Anna")
    record(club)
    forged = update(AuditEntry).where(AuditEntry.seq == seq).values({column: {"name": "Eva"}})
    assert tamper(club, forged) == Break(seq, "altered")


def test_a_removed_entry_is_missing_and_a_renumbered_rest_is_altered(club: Club) -> None:
    seq = record(club)
    record(club), record(club)
    assert tamper(club, delete(AuditEntry).where(AuditEntry.seq == seq)) == Break(seq, "missing")
    closed_up = update(AuditEntry).where(AuditEntry.seq == seq + 1).values(seq=seq)
    assert tamper(club, closed_up) == Break(seq, "altered")


def test_an_entry_behind_the_end_was_added(club: Club) -> None:
    seq = record(club)
    with club.database.session() as session:
        last = session.get_one(AuditEntry, seq)
        copy = {column.key: getattr(last, column.key) for column in AuditEntry.__table__.columns}
        forged = AuditEntry(**copy | {"seq": seq + 1})
        chain = chain_after(last.chain, forged)
    statement = insert(AuditEntry).values(copy | {"seq": seq + 1, "chain": chain})
    assert tamper(club, statement) == Break(seq + 1, "added")


def test_a_cut_tail_is_missing_even_with_the_head_gone_when_somebody_kept_an_anchor(club: Club) -> None:
    seq = record(club)
    anchor = verdict(club).head
    assert anchor.seq == seq
    with club.database.transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.seq == seq))
        before = session.get_one(AuditEntry, seq - 1)
        session.execute(update(AuditHead).values(seq=seq - 1, chain=before.chain))
    assert verdict(club).found is None  # whole by itself: nothing in the database tells of the cut
    assert verdict(club, anchor).found == Break(seq, "forged_anchor")
    record(club)
    assert verdict(club, anchor).found == Break(seq, "forged_anchor")


def test_emptied_entries_are_whole_only_when_an_erasure_names_them(club: Club) -> None:
    first = record(club, entity="7", name="Anna")
    record(club, entity="8", name="Eva")
    with club.database.transaction() as session:
        assert service.empty_entries(session, [("thing", "7"), ("thing", "none")]) == [first]
    assert verdict(club).found == Break(first, "emptied")
    record(club, ERASURE, "7", erased_entries=[first])
    assert verdict(club).found is None
    with club.database.session() as session:
        entry = session.get_one(AuditEntry, first)
        assert (entry.before, entry.after, entry.salt) == (None, None, None)
    with club.database.transaction() as session:
        assert service.empty_entries(session, [("thing", "7")]) == []  # neither twice, nor the erasure itself


def test_entries_are_found_by_who_what_and_when(club: Club) -> None:
    seq = record(club, "thing.change", "7")
    record(club, "other.add", "8")
    with club.database.session() as session:

        def found(**wanted: object) -> list[int]:
            page = service.list_entries(session, AuditFilter(**wanted), after=None, limit=10)  # type: ignore[arg-type]
            return [entry.seq for entry in page.items]

        assert found(action="thing.", actor_id="test") == [seq]
        assert found(entity_kind="thing", entity_id="8") == [seq + 1]
        at = session.scalars(select(AuditEntry.at).where(AuditEntry.seq == seq)).one()
        assert seq not in found(until=at)
        assert seq in found(since=at)
        first = service.list_entries(session, AuditFilter(), after=None, limit=1)
        assert [entry.seq for entry in first.items] == [seq + 1]
        then = service.list_entries(session, AuditFilter(), after=first.next, limit=1)
        assert [entry.seq for entry in then.items] == [seq]
        assert "thing" in service.list_kinds(session)
