"""What bookings tell of a member's past: booked, cancelled."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from cloud.bookings.models import Booking
from cloud.database import UnitOfWork
from cloud.past import Behind, PastLine, Source, is_behind

_CANCELLED: Final = ".cancelled"


def _read_booked(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
    query = (
        select(Booking)
        .where(Booking.member_id == member_id, is_behind(Booking.booked_at, Booking.id, behind))
        .order_by(Booking.booked_at.desc(), Booking.id.desc())
        .limit(limit)
    )
    return [
        PastLine(
            booking.booked_at,
            booking.id,
            "booking",
            "booked",
            who=booking.booked_by or "",
            text=booking.title,
            facts={"starts_at": booking.starts_at.isoformat()},
        )
        for booking in session.scalars(query)
    ]


def _read_cancelled(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
    query = (
        select(Booking)
        .where(Booking.member_id == member_id, Booking.cancelled_at.is_not(None))
        .where(is_behind(Booking.cancelled_at, Booking.id, behind, suffix=_CANCELLED))
        .order_by(Booking.cancelled_at.desc(), Booking.id.desc())
        .limit(limit)
    )
    return [
        PastLine(
            booking.cancelled_at,
            booking.id + _CANCELLED,
            "booking",
            "cancelled",
            who=booking.cancelled_by or "",
            text=booking.title,
            facts={"starts_at": booking.starts_at.isoformat()},
        )
        for booking in session.scalars(query)
        if booking.cancelled_at is not None
    ]


SOURCES: Final = (Source("booking", "members.read", _read_booked), Source("booking", "members.read", _read_cancelled))
