"""Book seats in sessions for members, and cancel them. A session is never oversold: its row is locked first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cloud.activities import service as activities
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.bookings import policy, repository
from cloud.bookings.models import Booking
from cloud.bookings.policy import CancelledFor, Channel, Held
from cloud.class_sessions import service as class_sessions
from cloud.class_sessions.models import ClassSession
from cloud.contracts import service as contracts
from cloud.database import UnitOfWork
from cloud.domain_events import BookingChanged, SeatFreed
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.kit.clock import local_day
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.sites import service as sites

STANDING_MAX: Final = 40
"""A member has at most so many bookings ahead: all of them travel to the gates in one row."""
KEPT_AFTER: Final = timedelta(hours=4)
"""The longest that a site lets in after a session: until then the gates keep a booking that is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDetails:
    """Which session, where it was booked, and the advertising source whose link led there, if one did."""

    session_id: str
    channel: Channel = "staff"
    source_id: str | None = None


def book(session: UnitOfWork, actor: Actor, member_id: str, details: BookingDetails) -> Booking:
    """Give a member a seat in a session.

    Raises:
        NotFoundError: there is no such member, or no such session.
        InvalidError: the member does not use the site.
        ConflictError: the session is cancelled, over or full, the member is in it, or has 40 bookings ahead;
            or they were erased.
    """
    held = class_sessions.take(session, details.session_id)  # before the person, as everybody does
    members.take(session, member_id)
    check_coming(session, held)
    check_room(session, member_id, held)
    if seats_free(session, held) < 1:
        raise ConflictError("session_full", "Every seat is taken; there is a waiting list.")
    return take_seat(session, actor, member_id, held, details)


def cancel(session: UnitOfWork, actor: Actor, booking_id: str, *, cancelled_for: CancelledFor = "staff") -> Booking:
    """Cancel a booking; whoever waits first gets the seat.

    Raises:
        NotFoundError: there is no such booking.
        ConflictError: it is cancelled already, or was attended.
    """
    held = class_sessions.take(session, get(session, booking_id).session_id)
    booking = repository.lock(session, booking_id)
    assert booking is not None, "it was there a moment ago"
    if booking.cancelled_at is not None:
        raise ConflictError("booking_already_cancelled", "The booking is cancelled already.")
    if booking.attended_at is not None:
        raise ConflictError("booking_attended", "The member was there.")
    call_off(session, actor, booking, cancelled_for)
    session.publish(SeatFreed(held.id))
    return booking


def call_off(session: UnitOfWork, actor: Actor, booking: Booking, cancelled_for: CancelledFor) -> None:
    """Cancel a booking of a session that this transaction has locked; nobody moves up."""
    zone = ZoneInfo(sites.get_site(session, booking.site_id).time_zone)
    booking.cancelled_at, booking.cancelled_for = session.now, cancelled_for
    booking.cancelled_by = staff_id_of(actor)
    booking.rebook_until = policy.rebook_until(booking.starts_at, zone)
    session.flush()
    audit.record(
        session,
        actor,
        "booking.cancel",
        entity=("booking", booking.id),
        before=_audited(booking),
        after={"cancelled_for": cancelled_for},
    )
    session.publish(BookingChanged(booking.id, booking.member_id))


def take_seat(
    session: UnitOfWork, actor: Actor, member_id: str, held: ClassSession, details: BookingDetails
) -> Booking:
    """Book a session that this transaction has locked, with what was checked; with which contract is chosen here."""
    zone = ZoneInfo(sites.get_site(session, held.site_id).time_zone)
    bought = [
        Held(each.id, each.kind, contracts.terms_of(each)) for each in contracts.list_of_members(session, [member_id])
    ]
    chosen = policy.contract_for(bought, local_day(held.starts_at, zone))
    booking = Booking(
        id=new_id("bkg"),
        member_id=member_id,
        session_id=held.id,
        site_id=held.site_id,
        zone_id=held.zone_id,
        title=activities.get(session, held.activity_id).name,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        contract_id=chosen.contract_id if chosen else None,
        balance_kind=chosen.kind if chosen else None,
        channel=details.channel,
        booked_by=None if details.channel == "online" else staff_id_of(actor),
        booked_at=session.now,
        source_id=details.source_id,
    )
    session.add(booking)
    session.flush()
    audit.record(session, actor, "booking.create", entity=("booking", booking.id), after=_audited(booking))
    session.publish(BookingChanged(booking.id, member_id))
    return booking


def check_coming(session: UnitOfWork, held: ClassSession) -> None:
    """Raise ConflictError if a session is cancelled or over."""
    if held.cancelled_at is not None:
        raise ConflictError("session_cancelled", "The session is cancelled.")
    if held.ends_at <= session.now:
        raise ConflictError("session_over", "The session is over.")


def check_room(session: UnitOfWork, member_id: str, held: ClassSession) -> None:
    """Raise what `book` raises for a member who cannot have a seat in a session, whether one is free or not."""
    if held.site_id not in members.site_ids_of(session, [member_id])[member_id]:
        raise invalid_field("session_id", "other_site", "The member does not use that site.")
    if any(each.member_id == member_id for each in repository.list_of_session(session, held.id)):
        raise ConflictError("booked_already", "The member is in the session already.")
    if repository.count_standing(session, member_id, since=session.now) >= STANDING_MAX:
        raise ConflictError("too_many_bookings", f"The member has {STANDING_MAX} bookings ahead.")


def seats_free(session: UnitOfWork, held: ClassSession) -> int:
    """How many seats of a session are free."""
    return held.seats - repository.count_by_session(session, [held.id]).get(held.id, 0)


def get(session: UnitOfWork, booking_id: str) -> Booking:
    """One booking.

    Raises:
        NotFoundError: there is none with this id.
    """
    booking = session.get(Booking, booking_id)
    if booking is None:
        raise not_found("booking", booking_id)
    return booking


def list_standing(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Booking]:
    """What the gates have to know: not cancelled, and over since four hours at most; the earliest first."""
    return repository.list_standing(session, member_ids, since=session.now - KEPT_AFTER)


def list_of_session(session: UnitOfWork, session_id: str) -> Sequence[Booking]:
    """Who is in a session, in the order in which they booked."""
    return repository.list_of_session(session, session_id)


def count_by_session(session: UnitOfWork, session_ids: Collection[str]) -> dict[str, int]:
    """How many seats of each session are taken; a session without any is left out."""
    return repository.count_by_session(session, session_ids)


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Booking]:
    """Everything that a member ever booked, the newest booking first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return repository.find_page(session, member_id, after=after, limit=limit)


def staff_id_of(actor: Actor) -> str | None:
    """Who of the staff it is; None: nobody of them."""
    return actor.id if actor.kind == "staff" else None


def _audited(booking: Booking) -> dict[str, object]:
    names = ("member_id", "session_id", "title", "starts_at", "ends_at", "balance_kind", "channel", "source_id")
    return audit.plain({name: getattr(booking, name) for name in names})
