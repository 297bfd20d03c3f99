"""Queries on access events and journals."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, insert, or_, select, text

from cloud.access_events.bulk_insert import TABLE, insert_into_sqlite
from cloud.access_events.models import AccessEvent, BootClock, JournalCursor, RefusedEvent
from cloud.database import UnitOfWork
from cloud.sites.models import Gateway, Lane

_NAMED_AT_ONCE: Final = 1000
_FEED_LOCK: Final = 7_306_001
"""Name of the advisory lock that lets PostgreSQL commit events in the order of their ids."""
_INSERT_EVENT: Final = insert(TABLE)
"""Into the table itself: the mapped class would go through every row twice."""

_LOCKED_CURSORS: Final = (
    select(JournalCursor)
    .where(JournalCursor.gateway_id == bindparam("gateway_id"))
    .order_by(JournalCursor.epoch)
    .with_for_update()
)

_OFFSET: Final = select(BootClock.offset_ms).where(
    BootClock.gateway_id == bindparam("gateway_id"), BootClock.boot_id == bindparam("boot_id")
)

EventMark = tuple[str, int, int]
"""Boot, monotonic milliseconds and number: what an event keeps when its gateway's journal is begun anew."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events a list shows; None: all."""

    gateway_id: str | None = None
    member_id: str | None = None


def lock_cursors(session: UnitOfWork, gateway_id: str) -> dict[str, JournalCursor]:
    """The cursors of a gateway's journals by epoch, kept from everybody else until the transaction ends."""
    return {cursor.epoch: cursor for cursor in session.scalars(_LOCKED_CURSORS, {"gateway_id": gateway_id})}


def list_cursors(session: UnitOfWork, gateway_ids: Collection[str]) -> Iterator[JournalCursor]:
    """The cursors of these gateways' journals, not locked."""
    for some in _portions(sorted(gateway_ids)):
        yield from session.scalars(select(JournalCursor).where(JournalCursor.gateway_id.in_(some)))


def find_marks(
    session: UnitOfWork, gateway_id: str, epochs: Sequence[str], *, first_seq: int, last_seq: int
) -> set[EventMark]:
    """The marks of the stored events with these numbers in these journals of a gateway."""
    query = select(AccessEvent.boot_id, AccessEvent.monotonic_ms, AccessEvent.seq).where(
        AccessEvent.gateway_id == gateway_id,
        AccessEvent.journal_epoch.in_(epochs),
        AccessEvent.seq.between(first_seq, last_seq),
    )
    return {(boot_id, monotonic_ms, seq) for boot_id, monotonic_ms, seq in session.execute(query)}


def find_offset(session: UnitOfWork, gateway_id: str, boot_id: str) -> int | None:
    """What turns the monotonic time of a boot into UTC, if that is known."""
    return session.scalar(_OFFSET, {"gateway_id": gateway_id, "boot_id": boot_id})


def list_unsynced(
    session: UnitOfWork, gateway_id: str, boot_id: str, *, after_id: int, limit: int
) -> Sequence[AccessEvent]:
    """The events of a boot that were written before its clock was synced, the oldest first."""
    query = (
        select(AccessEvent)
        .where(AccessEvent.gateway_id == gateway_id, AccessEvent.boot_id == boot_id, AccessEvent.clock != "synced")
        .where(AccessEvent.id > after_id)
        .order_by(AccessEvent.id)
        .limit(limit)
    )
    return session.scalars(query).all()


def add_events(session: UnitOfWork, rows: Sequence[dict[str, Any]]) -> None:
    """Insert events so that a reader who has seen an id has seen, or never will see, every smaller one.

    SQLite has one writer, so its ids are committed in order by themselves.
    """
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        insert_into_sqlite(connection, rows)
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _FEED_LOCK})
        connection.execute(_INSERT_EVENT, rows)


def find_id(session: UnitOfWork, gateway_id: str, epoch: str, seq: int) -> int:
    """The id of a stored event."""
    place = (AccessEvent.gateway_id == gateway_id, AccessEvent.journal_epoch == epoch, AccessEvent.seq == seq)
    return session.scalars(select(AccessEvent.id).where(*place)).one()


def lanes_of_others(session: UnitOfWork, gateway: Gateway, lane_ids: Collection[str]) -> set[str]:
    """Which of these lanes are another site's, or have another gateway that is at work there.

    Of a lane that is gone, and of one that has no gateway of its own, any gateway of the site may tell.
    """
    at_work = (Gateway.lane_id == Lane.id) & Gateway.retired_at.is_(None)
    query = select(Lane.id).outerjoin(Gateway, at_work)
    query = query.where(or_(Lane.site_id != gateway.site_id, Gateway.id != gateway.id))
    found: set[str] = set()
    for some in _portions(sorted(lane_ids)):
        found.update(session.scalars(query.where(Lane.id.in_(some))))
    return found


def add_refused(session: UnitOfWork, rows: list[dict[str, Any]]) -> None:
    """Put events aside."""
    session.execute(insert(RefusedEvent), rows)


def list_before(session: UnitOfWork, wanted: EventFilter, before_id: int | None, limit: int) -> Sequence[AccessEvent]:
    """The newest first, from below an id."""
    query = select(AccessEvent).order_by(AccessEvent.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AccessEvent.id < before_id)
    return session.scalars(_filtered(query, wanted)).all()


def list_after(session: UnitOfWork, wanted: EventFilter, after_id: int, limit: int) -> Sequence[AccessEvent]:
    """The oldest first, from above an id."""
    query = select(AccessEvent).where(AccessEvent.id > after_id).order_by(AccessEvent.id).limit(limit)
    return session.scalars(_filtered(query, wanted)).all()


def newest_id(session: UnitOfWork) -> int:
    """The highest id, 0 if there is none."""
    return session.scalar(select(AccessEvent.id).order_by(AccessEvent.id.desc()).limit(1)) or 0


def _filtered(query: Any, wanted: EventFilter) -> Any:
    for column, value in (
        (AccessEvent.gateway_id, wanted.gateway_id),
        (AccessEvent.member_id, wanted.member_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return query


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many as one statement may name."""
    for start in range(0, len(ids), _NAMED_AT_ONCE):
        yield ids[start : start + _NAMED_AT_ONCE]
