from sqlalchemy import delete, select, update

from cloud.audit import service
from cloud.audit.models import AuditEntry, AuditHead
from cloud.audit.service import Actor, find_break
from tests.club import Club

SYSTEM = Actor("system", "test", "request")


def record(club: Club, *numbers: int) -> None:
    with club.database.transaction() as session:
        for number in numbers:
            service.record(
                session,
                SYSTEM,
                "thing.change",
                entity=("thing", str(number)),
                before={"name": "Ёлкин", "count": number},
                after={"name": None, "tags": ["a", {"b": True}]},
            )


def broken_at(club: Club) -> int | None:
    with club.database.session() as session:
        return find_break(session)


def count(club: Club) -> int:
    with club.database.session() as session:
        return len(session.scalars(select(AuditEntry)).all())


def test_entries_are_numbered_without_gaps_and_whole(club: Club) -> None:
    record(club, 1, 2)
    record(club, 3)
    with club.database.session() as session:
        seqs = session.scalars(select(AuditEntry.seq).order_by(AuditEntry.seq)).all()
    assert list(seqs) == list(range(1, len(seqs) + 1))
    assert broken_at(club) is None


def test_an_altered_entry_is_found(club: Club) -> None:
    before = count(club)
    record(club, 1, 2, 3)
    for column in (AuditEntry.actor_id, AuditEntry.action, AuditEntry.entity_id, AuditEntry.request_id):
        with club.database.transaction() as session:
            kept = session.scalars(select(column).where(AuditEntry.seq == before + 2)).one()
            session.execute(update(AuditEntry).where(AuditEntry.seq == before + 2).values({column: "forged"}))
        assert broken_at(club) == before + 2
        with club.database.transaction() as session:
            session.execute(update(AuditEntry).where(AuditEntry.seq == before + 2).values({column: kept}))
        assert broken_at(club) is None


def test_a_missing_entry_is_found_in_the_middle_and_at_the_end(club: Club) -> None:
    before = count(club)
    record(club, 1, 2, 3)
    with club.database.transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.seq == before + 3))
    assert broken_at(club) == before + 3
    with club.database.transaction() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.seq == before + 1))
    assert broken_at(club) == before + 1


def test_a_lost_head_is_found(club: Club) -> None:
    record(club, 1)
    with club.database.transaction() as session:
        session.execute(delete(AuditHead))
    assert broken_at(club) == count(club) + 1


def test_an_empty_log_is_whole(club: Club) -> None:
    with club.database.transaction() as session:
        session.execute(delete(AuditEntry))
        session.execute(delete(AuditHead))
    assert broken_at(club) is None
