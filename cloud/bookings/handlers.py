"""What bookings do when something happens elsewhere."""

from typing import Final

from cloud.activities import service as activities
from cloud.audit.service import Actor
from cloud.bookings import attendance, repository, service, waiting
from cloud.class_sessions import service as class_sessions
from cloud.database import UnitOfWork
from cloud.domain_events import AccessRuleRemoved, BookingChanged, ClassSessionChanged, MemberPassed, SeatFreed
from cloud.errors import ConflictError, InUseError

_SYSTEM: Final = Actor("system", "class_sessions")
_COPIED: Final = ("zone_id", "starts_at", "ends_at")


def keep_used_zones(session: UnitOfWork, event: AccessRuleRemoved) -> None:
    """A zone that was ever booked stays: the history names it."""
    titles = repository.list_titles_of_zone(session, event.rule_id, limit=5)
    if titles:
        raise InUseError("zone", titles)


def follow_session(session: UnitOfWork, event: ClassSessionChanged) -> None:
    """Move or cancel the bookings of a session with it; seats that it gained go to who waits."""
    held = class_sessions.take(session, event.session_id)
    booked = repository.list_of_session(session, held.id)
    if held.cancelled_at is not None:
        for booking in booked:
            service.call_off(session, _SYSTEM, booking, "session")
        waiting.dissolve(session, held)
        return
    if len(booked) > held.seats:
        raise ConflictError("more_booked", f"{len(booked)} seats are taken.")
    title = activities.get(session, held.activity_id).name
    for booking in booked:
        wanted = {"title": title, **{name: getattr(held, name) for name in _COPIED}}
        if any(getattr(booking, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(booking, name, value)
            session.flush()
            session.publish(BookingChanged(booking.id, booking.member_id))
    waiting.promote(session, held)


def fill_seat(session: UnitOfWork, event: SeatFreed) -> None:
    """Give the seat to who waits first."""
    waiting.promote(session, class_sessions.take(session, event.session_id))


def mark_attendance(session: UnitOfWork, event: MemberPassed) -> None:
    """Who went through the gate to a session they booked was there."""
    attendance.note_passage(session, event)
