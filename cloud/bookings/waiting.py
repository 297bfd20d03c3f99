"""The waiting list of a session: who came first gets the next free seat, at once, and the list keeps the record."""

from collections.abc import Collection, Sequence
from typing import Final, cast

from sqlalchemy import func, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.bookings import service
from cloud.bookings.models import WaitingEntry
from cloud.bookings.policy import Channel
from cloud.bookings.service import BookingDetails
from cloud.class_sessions import service as class_sessions
from cloud.class_sessions.models import ClassSession
from cloud.database import UnitOfWork
from cloud.errors import CloudError, ConflictError, not_found
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.members.erasures import keep_from_erasure

WAITING_MAX: Final = 50
_SYSTEM: Final = Actor("system", "waiting_list")


def join(
    session: UnitOfWork,
    actor: Actor,
    member_id: str,
    session_id: str,
    *,
    channel: Channel = "staff",
    source_id: str | None = None,
) -> WaitingEntry:
    """Let a member wait for a seat in a full session.

    Raises:
        NotFoundError: there is no such member, or no such session.
        InvalidError: the member does not use the site.
        ConflictError: the session is cancelled or over or has free seats, the member is in it or waits for it already,
            has 40 bookings ahead, or 50 wait; or they were erased.
    """
    held = class_sessions.take(session, session_id)  # before the person, as everybody does
    members.take(session, member_id)
    service.check_coming(session, held)
    service.check_room(session, member_id, held)
    if service.seats_free(session, held) > 0:
        raise ConflictError("seats_free", "There are free seats: book one.")
    waiting = list_waiting(session, session_id)
    if any(each.member_id == member_id for each in waiting):
        raise ConflictError("waits_already", "The member is on the waiting list already.")
    if len(waiting) >= WAITING_MAX:
        raise ConflictError("waiting_list_full", f"{WAITING_MAX} members wait already.")
    entry = WaitingEntry(
        id=new_id("wtg"),
        session_id=session_id,
        member_id=member_id,
        channel=channel,
        joined_by=None if channel == "online" else service.staff_id_of(actor),
        joined_at=session.now,
        source_id=source_id,
    )
    session.add(entry)
    session.flush()
    _record(session, actor, "waiting_list.join", entry)
    return entry


def leave(session: UnitOfWork, actor: Actor, entry_id: str) -> WaitingEntry:
    """Let a member wait no more.

    Raises:
        NotFoundError: there is no such entry.
        ConflictError: they wait no more.
    """
    entry = session.get(WaitingEntry, entry_id)
    if entry is None:
        raise not_found("waiting_entry", entry_id)
    class_sessions.take(session, entry.session_id)
    session.refresh(entry)
    if entry.left_at is not None:
        raise ConflictError("waits_no_more", "The member does not wait any more.")
    entry.left_at, entry.left_by = session.now, service.staff_id_of(actor)
    session.flush()
    _record(session, actor, "waiting_list.leave", entry)
    return entry


def promote(session: UnitOfWork, held: ClassSession) -> int:
    """Give the free seats of a session, which this transaction has locked, to who waits; how many got one.

    Who cannot have one any more (other site, 40 bookings ahead) keeps waiting, and the next one is asked.
    """
    if held.cancelled_at is not None or held.ends_at <= session.now:
        return 0
    free, promoted = service.seats_free(session, held), 0
    for entry in _take_waiting(session, held.id) if free > 0 else ():
        if promoted >= free:
            break
        try:
            service.check_room(session, entry.member_id, held)
        except CloudError:
            continue
        wanted = BookingDetails(session_id=held.id, channel=cast("Channel", entry.channel), source_id=entry.source_id)
        booking = service.take_seat(session, _SYSTEM, entry.member_id, held, wanted)
        entry.left_at, entry.booking_id = session.now, booking.id
        session.flush()
        _record(session, _SYSTEM, "waiting_list.promote", entry)
        promoted += 1
    return promoted


def dissolve(session: UnitOfWork, held: ClassSession) -> None:
    """Nobody waits any more for a session, which this transaction has locked."""
    for entry in _take_waiting(session, held.id):
        entry.left_at = session.now
        _record(session, _SYSTEM, "waiting_list.leave", entry)
    session.flush()


def list_waiting(session: UnitOfWork, session_id: str) -> Sequence[WaitingEntry]:
    """Who waits for a session, who came first at first."""
    query = select(WaitingEntry).where(WaitingEntry.session_id == session_id, WaitingEntry.left_at.is_(None))
    return session.scalars(query.order_by(WaitingEntry.joined_at, WaitingEntry.id)).all()


def list_all(session: UnitOfWork, session_id: str) -> Sequence[WaitingEntry]:
    """Who waits or ever waited for a session (the last 200), who came first at first: the record of the list."""
    query = select(WaitingEntry).where(WaitingEntry.session_id == session_id)
    found = session.scalars(query.order_by(WaitingEntry.id.desc()).limit(200)).all()
    return sorted(found, key=lambda each: (each.joined_at, each.id))


def count_waiting(session: UnitOfWork, session_ids: Collection[str]) -> dict[str, int]:
    """How many wait for each session; a session without any is left out."""
    query = (
        select(WaitingEntry.session_id, func.count())
        .where(WaitingEntry.session_id.in_(session_ids), WaitingEntry.left_at.is_(None))
        .group_by(WaitingEntry.session_id)
    )
    return dict(session.execute(query).all())


def _take_waiting(session: UnitOfWork, session_id: str) -> Sequence[WaitingEntry]:
    """Who waits for a session, which this transaction has locked; nobody erases them before it has ended."""
    query = select(WaitingEntry.member_id).where(WaitingEntry.session_id == session_id, WaitingEntry.left_at.is_(None))
    erased = keep_from_erasure(session, session.scalars(query).all())
    # Listed only now: an erasure that was waited for has taken its entries away.
    return [entry for entry in list_waiting(session, session_id) if entry.member_id not in erased]


def _record(session: UnitOfWork, actor: Actor, action: str, entry: WaitingEntry) -> None:
    after = {"session_id": entry.session_id, "member_id": entry.member_id, "booking_id": entry.booking_id}
    audit.record(session, actor, action, entity=("waiting_entry", entry.id), after=after)
