"""What bookings tell of a member's past: booked, cancelled, attended; waited for a seat, and how that ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from cloud.bookings.models import Booking, WaitingEntry
from cloud.class_sessions.models import ClassSession
from cloud.database import UnitOfWork
from cloud.past import PastLine, Source, Wanted, newest_moments

_CANCELLED: Final = ".cancelled"
_ATTENDED: Final = ".attended"
_LEFT: Final = ".left"
_OF_BOOKINGS: Final = {"": Booking.booked_at, _CANCELLED: Booking.cancelled_at, _ATTENDED: Booking.attended_at}
_OF_WAITS: Final = {"": WaitingEntry.joined_at, _LEFT: WaitingEntry.left_at}


def _read_bookings(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    moments = newest_moments(Booking.id, Booking.member_id == wanted.member_id, _OF_BOOKINGS, wanted)
    query = select(Booking, moments.suffix, moments.at).join(Booking, Booking.id == moments.row_id)
    return [_of_booking(each, suffix, at) for each, suffix, at in session.execute(query.order_by(*moments.order))]


def _of_booking(booking: Booking, suffix: str, at: datetime) -> PastLine:
    what, who = {
        "": ("booked", booking.booked_by),
        _CANCELLED: ("cancelled", booking.cancelled_by),
        _ATTENDED: ("attended", booking.attended_by),
    }[suffix]
    return PastLine(
        at,
        booking.id + suffix,
        "booking",
        what,
        who=who or "",
        text=booking.title,
        subject=booking.session_id,
        facts={"starts_at": booking.starts_at.isoformat()},
    )


def _read_waits(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    moments = newest_moments(WaitingEntry.id, WaitingEntry.member_id == wanted.member_id, _OF_WAITS, wanted)
    query = (
        select(WaitingEntry, ClassSession.starts_at, moments.suffix, moments.at)
        .join(WaitingEntry, WaitingEntry.id == moments.row_id)
        .join(ClassSession, ClassSession.id == WaitingEntry.session_id)
        .order_by(*moments.order)
    )
    return [_of_wait(entry, starts_at, suffix, at) for entry, starts_at, suffix, at in session.execute(query)]


def _of_wait(entry: WaitingEntry, starts_at: datetime, suffix: str, at: datetime) -> PastLine:
    what, who = "waits", entry.joined_by
    if suffix:
        what, who = "promoted" if entry.booking_id else "stopped_waiting", entry.left_by
    facts = {"starts_at": starts_at.isoformat()}
    return PastLine(at, entry.id + suffix, "booking", what, who=who or "", subject=entry.session_id, facts=facts)


SOURCES: Final = (
    Source(("booking",), "members.read", _read_bookings),
    Source(("booking",), "members.read", _read_waits),
)
