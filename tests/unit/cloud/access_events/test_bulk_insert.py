"""Events that go into SQLite in bulk: the same bytes as the mapped class writes."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import insert, text

from cloud.access_events.bulk_insert import insert_into_sqlite
from cloud.access_events.models import AccessEvent
from tests.club import Club, sqlite_club

AT = datetime(2026, 5, 4, 10, 0, 0, 5000, UTC)


def row(club: Club, gateway_id: str, seq: int) -> dict[str, Any]:
    columns = {column.name: None for column in AccessEvent.__table__.columns if column.name != "id"}
    return columns | {
        "site_id": club.site_id,
        "gateway_id": gateway_id,
        "journal_epoch": "e1",
        "seq": seq,
        "kind": "access_decided",
        "occurred_at": AT + timedelta(seconds=seq),
        "received_at": AT,
        "is_history": seq % 2 == 0,
        "is_chain_intact": True,
        "boot_id": "boot1",
        "monotonic_ms": 7,
        "clock": "synced",
        "text": "Ciao, Анна",
        "body": {"event": "access_decided", "names": ["Анна"], "number": seq},
    }


def raw_rows(club: Club) -> list[tuple[Any, ...]]:
    """As SQLite has them, without any conversion, in the order of their numbers."""
    names = ", ".join(column.name for column in AccessEvent.__table__.columns if column.name not in {"id", "seq"})
    with club.database.session() as session:
        return [tuple(found) for found in session.execute(text(f"SELECT {names} FROM access_event ORDER BY seq"))]


def test_rows_in_bulk_are_what_the_mapped_class_would_have_written() -> None:
    with sqlite_club() as club:
        gateway_id = club.add_gateway(club.add_lane())
        mapped, in_bulk = ([row(club, gateway_id, seq) for seq in range(3)] for _ in range(2))
        for each in in_bulk:
            each["seq"] += len(mapped)
        with club.database.transaction() as session:
            session.execute(insert(AccessEvent), mapped)
            insert_into_sqlite(session.connection(), in_bulk)
        stored = raw_rows(club)
    assert stored[:3] == stored[3:]


def test_a_time_of_another_zone_is_stored_as_utc() -> None:
    with sqlite_club() as club:
        gateway_id = club.add_gateway(club.add_lane())
        rome = AT.astimezone(timezone(timedelta(hours=2)))
        with club.database.transaction() as session:
            insert_into_sqlite(session.connection(), [row(club, gateway_id, 0) | {"occurred_at": rome}])
        with club.database.session() as session:
            stored = session.query(AccessEvent).one()
            assert (stored.occurred_at, stored.body["names"]) == (AT, ["Анна"])
