"""Who was there: told by the gate at a confirmed passage into the session's zone, or by staff, who may undo it."""

from datetime import datetime, timedelta
from typing import Final

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.bookings import repository, service
from cloud.bookings.models import Booking
from cloud.database import UnitOfWork
from cloud.domain_events import MemberPassed
from cloud.errors import ConflictError
from cloud.sites import service as sites
from cloud.sites.models import Site

MARKED_AHEAD: Final = timedelta(days=1)
"""Nobody was at a session that begins later than that."""


def mark(session: UnitOfWork, actor: Actor, booking_id: str) -> Booking:
    """Say that the member was there.

    Raises:
        NotFoundError: there is no such booking.
        ConflictError: it is cancelled, or its day is not there yet.
    """
    booking = _take(session, booking_id)
    if booking.starts_at - session.now > MARKED_AHEAD:
        raise ConflictError("session_not_yet", "The session is more than a day ahead.")
    if booking.attended_at is None:
        _set(session, actor, booking, session.now, via="staff")
    return booking


def undo(session: UnitOfWork, actor: Actor, booking_id: str) -> Booking:
    """Say that the member was not there after all, whoever told it.

    Raises:
        NotFoundError: there is no such booking.
        ConflictError: it is cancelled.
    """
    booking = _take(session, booking_id)
    if booking.attended_at is not None:
        before = {"attended_via": booking.attended_via, "attended_at": booking.attended_at.isoformat()}
        booking.attended_at = booking.attended_via = booking.attended_by = None
        session.flush()
        audit.record(session, actor, "booking.not_attended", entity=("booking", booking.id), before=before)
    return booking


def note_passage(session: UnitOfWork, passed: MemberPassed) -> None:
    """Mark the booking that a member came for: within its time, into its zone; of several the one that begins nearest.

    Its time is from the site's minutes before the session to its end.
    """
    if passed.is_guest or not passed.zone_id:
        return
    site = sites.get_site(session, passed.site_id)
    until = passed.at + timedelta(minutes=site.booking_minutes_before)
    booked = repository.list_attendable(session, passed.member_id, since=passed.at, until=until)
    wanted = [each for each in booked if _leads_to(each, passed, site)]
    if wanted:
        nearest = min(wanted, key=lambda each: (abs(each.starts_at - passed.at), each.id))
        _set(session, Actor("gateway", passed.gateway_id), nearest, passed.at, via="gate")


def _leads_to(booking: Booking, passed: MemberPassed, site: Site) -> bool:
    return booking.site_id == site.id and booking.zone_id in {None, passed.zone_id}


def _take(session: UnitOfWork, booking_id: str) -> Booking:
    service.get(session, booking_id)
    booking = repository.lock(session, booking_id)
    assert booking is not None, "bookings are not deleted"
    if booking.cancelled_at is not None:
        raise ConflictError("booking_already_cancelled", "The booking is cancelled.")
    return booking


def _set(session: UnitOfWork, actor: Actor, booking: Booking, at: datetime, *, via: str) -> None:
    booking.attended_at, booking.attended_via = at, via
    booking.attended_by = service.staff_id_of(actor)
    session.flush()
    after = {"attended_via": via, "attended_at": at.isoformat()}
    audit.record(session, actor, "booking.attended", entity=("booking", booking.id), after=after)
