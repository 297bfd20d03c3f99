"""Bookings that anybody makes on the club's web site: whoever is not known yet becomes a lead with the form's data.

What is known of somebody is never changed by a form that anybody can fill in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select, union

from cloud.audit.service import Actor
from cloud.bookings import service, waiting
from cloud.bookings.models import Booking, WaitingEntry
from cloud.bookings.service import BookingDetails
from cloud.class_sessions import service as class_sessions
from cloud.class_sessions.models import ClassSession
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.telephone import parse_telephone, region_of
from cloud.labels import service as labels
from cloud.members import policy as member_policy
from cloud.members import service as members
from cloud.members.models import Member, MemberContact
from cloud.members.service import MemberDetails
from cloud.sites import service as sites

ALIKE_MAX: Final = 20
"""Of so many people with the same telephone or e-mail address one is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineForm:
    """What somebody wrote into the form; `phone` in any writing. `link` is the code of the advertisement's link."""

    session_id: str
    first_name: str
    last_name: str = ""
    phone: str | None = None
    email: str | None = None
    locale: str = "en"
    reason_id: str | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class OnlineBooking:
    """A seat, or a place on the waiting list. `is_person_unclear`: several people have this telephone or address."""

    made: Booking | WaitingEntry
    is_person_unclear: bool


def book(session: UnitOfWork, actor: Actor, form: OnlineForm) -> OnlineBooking:
    """Give who filled in the form a seat in a session, or a place on its waiting list when every seat is taken.

    A link whose code nobody knows, or of an obsolete source, refuses nobody: the booking then came without one.

    Raises:
        NotFoundError: there is no such session.
        InvalidError: there is neither telephone nor e-mail address, the number can be nobody's, the reason is not one
            of its list, or the member does not use the site.
        ConflictError: the session is cancelled or over, the person is in it or waits for it already, has 40 bookings
            ahead, or 50 wait.
    """
    held = class_sessions.take(session, form.session_id)
    service.check_coming(session, held)
    source = labels.find_by_link(session, form.link) if form.link else None
    source_id = source.id if source else None
    person, is_unclear = _person(session, actor, held, form, source_id)
    made: Booking | WaitingEntry
    if service.seats_free(session, held) > 0:
        details = BookingDetails(session_id=held.id, channel="online", source_id=source_id)
        made = service.book(session, actor, person.id, details)
    else:
        made = waiting.join(session, actor, person.id, held.id, channel="online", source_id=source_id)
    return OnlineBooking(made, is_unclear)


def _person(
    session: UnitOfWork, actor: Actor, held: ClassSession, form: OnlineForm, source_id: str | None
) -> tuple[Member, bool]:
    """Who filled in the form, a new lead if nobody is found, and whether it may be somebody else.

    Of several it is whoever has the name of the form, else whoever booked last. Whoever books two sessions at once is
    added once.
    """
    phone = None
    if form.phone:
        phone = parse_telephone(form.phone, region_of(sites.get_site(session, held.site_id).time_zone))
        if phone is None:
            raise invalid_field("phone", "bad_telephone", "Write a telephone number, with its country code if foreign.")
    if not (phone or form.email):
        raise invalid_field("phone", "missing", "Write a telephone number or an e-mail address.")
    members.line_up(session, [each for each in (phone, form.email) if each])
    found = _find(session, phone, form.email)
    if found:
        name = member_policy.sort_name(form.first_name, form.last_name)
        namesakes = [member for member in found if member.sort_name == name]
        return _most_active(session, namesakes or found), len(found) > 1
    details = MemberDetails(
        site_id=held.site_id,
        first_name=form.first_name,
        last_name=form.last_name,
        locale=form.locale,
        email=form.email,
        phone=phone,
        state="lead",
        source_id=source_id,
        reason_id=form.reason_id,
    )
    return members.create(session, actor, details), False


def _find(session: UnitOfWork, phone: str | None, email: str | None) -> Sequence[Member]:
    """Everybody with this telephone or e-mail address, first or further, the newest first; at most 20."""
    first: list[ColumnElement[bool]] = []
    further: list[ColumnElement[bool]] = []
    if phone:
        first.append(Member.phone == phone)
        further.append((MemberContact.kind == "phone") & (MemberContact.value == phone))
    if email:
        first.append(func.lower(Member.email) == email.lower())
        further.append((MemberContact.kind == "email") & (func.lower(MemberContact.value) == email.lower()))
    ids = union(select(Member.id).where(or_(*first)), select(MemberContact.member_id).where(or_(*further)))
    query = select(Member).where(Member.id.in_(ids)).order_by(Member.id.desc()).limit(ALIKE_MAX)
    return session.scalars(query).all()


def _most_active(session: UnitOfWork, people: Sequence[Member]) -> Member:
    """Who booked last; whoever never did, by when they were entered."""
    rows = session.execute(
        select(Booking.member_id, func.max(Booking.booked_at))
        .where(Booking.member_id.in_([member.id for member in people]))
        .group_by(Booking.member_id)
    )
    booked_at = dict(rows.all())
    return max(people, key=lambda member: (booked_at.get(member.id, member.created_at), member.id))
