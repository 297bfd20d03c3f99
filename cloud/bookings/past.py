"""What bookings tell of a member's past: booked, cancelled, attended; waited for a seat, and how that ended."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import select

from cloud.bookings.models import Booking, WaitingEntry
from cloud.class_sessions.models import ClassSession
from cloud.database import UnitOfWork
from cloud.past import Behind, PastLine, Read, Source, is_behind


def _reading(what: str, at: Any, who: Any, *, suffix: str = "") -> Read:
    """Lines about the moments in one column of bookings."""

    def read(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
        query = (
            select(Booking.id, Booking.title, Booking.starts_at, Booking.session_id, at, who)
            .where(Booking.member_id == member_id, at.is_not(None))
            .where(is_behind(at, Booking.id, behind, suffix=suffix))
            .order_by(at.desc(), Booking.id.desc())
            .limit(limit)
        )
        return [
            _line(what, row_id + suffix, (title, starts_at, session_id), moment, by)
            for row_id, title, starts_at, session_id, moment, by in session.execute(query)
        ]

    return read


def _reading_waits(what_of: Callable[[WaitingEntry], str], at: Any, who: Any, *, suffix: str = "") -> Read:
    """Lines about the moments in one column of waiting lists."""

    def read(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
        query = (
            select(WaitingEntry, ClassSession.starts_at, ClassSession.id, at, who)
            .join(ClassSession, ClassSession.id == WaitingEntry.session_id)
            .where(WaitingEntry.member_id == member_id, at.is_not(None))
            .where(is_behind(at, WaitingEntry.id, behind, suffix=suffix))
            .order_by(at.desc(), WaitingEntry.id.desc())
            .limit(limit)
        )
        return [
            _line(what_of(entry), entry.id + suffix, ("", starts_at, session_id), moment, by)
            for entry, starts_at, session_id, moment, by in session.execute(query)
        ]

    return read


def _line(what: str, line_id: str, of: tuple[str, Any, str], at: Any, who: str | None) -> PastLine:
    title, starts_at, session_id = of
    return PastLine(
        at=at,
        line_id=line_id,
        kind="booking",
        what=what,
        who=who or "",
        text=title,
        subject=session_id,
        facts={"starts_at": starts_at.isoformat()},
    )


def _left(entry: WaitingEntry) -> str:
    return "promoted" if entry.booking_id else "stopped_waiting"


SOURCES: Final = (
    Source("booking", "members.read", _reading("booked", Booking.booked_at, Booking.booked_by)),
    Source(
        "booking",
        "members.read",
        _reading("cancelled", Booking.cancelled_at, Booking.cancelled_by, suffix=".cancelled"),
    ),
    Source(
        "booking", "members.read", _reading("attended", Booking.attended_at, Booking.attended_by, suffix=".attended")
    ),
    Source(
        "booking",
        "members.read",
        _reading_waits(lambda _: "waits", WaitingEntry.joined_at, WaitingEntry.joined_by),
    ),
    Source(
        "booking", "members.read", _reading_waits(_left, WaitingEntry.left_at, WaitingEntry.left_by, suffix=".left")
    ),
)
