"""Book sessions for members, and cancel them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cloud.access_rules.models import Zone
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.bookings import repository
from cloud.bookings.models import Booking
from cloud.database import UnitOfWork
from cloud.domain_events import BookingChanged
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.members import service as members

STANDING_MAX: Final = 40
"""A member has at most so many bookings ahead: all of them travel to the gates in one row."""
LENGTH_MAX: Final = timedelta(days=1)
AHEAD_MAX: Final = timedelta(days=3653)
KEPT_AFTER: Final = timedelta(hours=4)
"""The longest that a site lets in after a session: until then the gates keep a booking that is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDetails:
    """What is booked. It ends within a day of its start; without a zone it opens every zone."""

    title: str
    starts_at: datetime
    ends_at: datetime
    zone_id: str | None = None


def book(session: UnitOfWork, actor: Actor, member_id: str, details: BookingDetails) -> Booking:
    """Book a session for a member.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: the times are not in order, it is over or ten years ahead, or the zone at no site of the member.
        ConflictError: the member has 40 bookings ahead.
    """
    assert actor.kind == "staff", "bookings of this table are made by staff"
    members.get(session, member_id)
    _check(session, member_id, details)
    if repository.count_standing(session, member_id, since=session.now) >= STANDING_MAX:
        raise ConflictError("too_many_bookings", f"The member has {STANDING_MAX} bookings ahead.")
    booking = Booking(
        id=new_id("bkg"),
        member_id=member_id,
        zone_id=details.zone_id,
        title=details.title,
        starts_at=details.starts_at,
        ends_at=details.ends_at,
        booked_by=actor.id,
        booked_at=session.now,
    )
    session.add(booking)
    session.flush()
    audit.record(session, actor, "booking.create", entity=("booking", booking.id), after=_audited(booking))
    session.publish(BookingChanged(booking.id, member_id))
    return booking


def cancel(session: UnitOfWork, actor: Actor, booking_id: str) -> Booking:
    """Cancel a booking.

    Raises:
        NotFoundError: there is no such booking.
        ConflictError: it is cancelled already.
    """
    booking = session.get(Booking, booking_id)
    if booking is None:
        raise not_found("booking", booking_id)
    if booking.cancelled_at is not None:
        raise ConflictError("booking_already_cancelled", "The booking is cancelled already.")
    booking.cancelled_by, booking.cancelled_at = actor.id, session.now
    session.flush()
    audit.record(session, actor, "booking.cancel", entity=("booking", booking.id), before=_audited(booking))
    session.publish(BookingChanged(booking.id, booking.member_id))
    return booking


def list_standing(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Booking]:
    """What the gates have to know: not cancelled, and over since four hours at most; the earliest first."""
    return repository.list_standing(session, member_ids, since=session.now - KEPT_AFTER)


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Booking]:
    """Everything that a member ever booked, the newest booking first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return repository.find_page(session, member_id, after=after, limit=limit)


def _check(session: UnitOfWork, member_id: str, details: BookingDetails) -> None:
    # Differences, not sums: a time at the end of the calendar has no day after it.
    if not timedelta(0) < details.ends_at - details.starts_at <= LENGTH_MAX:
        raise invalid_field("ends_at", "bad_session_length", "The session must end after its start, within a day.")
    if details.ends_at <= session.now:
        raise invalid_field("ends_at", "is_over", "The session is over already.")
    if details.ends_at - session.now > AHEAD_MAX:
        raise invalid_field("starts_at", "too_far_ahead", "Book at most ten years ahead.")
    zone = session.get(Zone, details.zone_id) if details.zone_id is not None else None
    if details.zone_id is None:
        return
    if zone is None or zone.site_id not in members.site_ids_of(session, [member_id])[member_id]:
        raise invalid_field("zone_id", "unknown_zone", "Use a zone of a site that the member uses.")


def _audited(booking: Booking) -> dict[str, object]:
    return {
        "member_id": booking.member_id,
        "zone_id": booking.zone_id,
        "title": booking.title,
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
    }
