"""Book a session for a member and cancel it, from the member card."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cloud.access_rules import zones
from cloud.access_rules.models import Zone
from cloud.api import ReadSession, Transaction
from cloud.bookings import service
from cloud.bookings.schemas import BookingIn
from cloud.bookings.service import BookingDetails
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.sites import service as sites

router = APIRouter()


@router.get("/members/{member_id}/bookings/new")
def show_booking_form(member_id: str, session: ReadSession, viewer: Viewer = viewing("bookings.write")) -> Response:
    """An empty form for today."""
    member = members.get(session, member_id)
    zone = ZoneInfo(sites.get_site(session, member.site_id).time_zone)
    return _form(session, viewer, member, {"day": str(session.now.astimezone(zone).date())})


@router.post("/members/{member_id}/bookings")
def book(member_id: str, session: Transaction, form: Submission = submitting("bookings.write")) -> Response:
    """Book the session."""
    member = members.get(session, member_id)
    with attempt(session, form.viewer.words) as errors:
        body = BookingIn.model_validate(_read(session, member, form.fields))
        service.book(session, form.viewer.signed_in.actor, member_id, BookingDetails(**body.model_dump()))
    if errors:
        return _form(session, form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, "session_booked")


@router.post("/bookings/{booking_id}/cancel")
def cancel(booking_id: str, session: Transaction, form: Submission = submitting("bookings.write")) -> Response:
    """Cancel the session."""
    booking = service.cancel(session, form.viewer.signed_in.actor, booking_id)
    return forms.done(form.viewer, booking.member_id, "session_cancelled")


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    member: Member,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Book a session for %(name)s"), name=member.name),
        action=f"{forms.address_of(member.id)}/bookings",
        button=say(mark("Book")),
        body="members/booking_fields.html",
    )
    choices = [("", say(mark("every zone"))), *((zone.id, zone.name) for zone in _zones_of(session, member))]
    return forms.show(viewer, member, sheet, fields, errors, zone_choices=choices)


def _zones_of(session: UnitOfWork, member: Member) -> Sequence[Zone]:
    site_ids = members.site_ids_of(session, [member.id])[member.id]
    return [zone for site_id in sorted(site_ids) for zone in zones.list_of_site(session, site_id)]


def _read(session: UnitOfWork, member: Member, fields: Mapping[str, str]) -> dict[str, object]:
    """The booking as the service takes it, its times on the clock of the club where the session is."""
    chosen = session.get(Zone, fields.get("zone_id") or "")
    zone = ZoneInfo(sites.get_site(session, chosen.site_id if chosen else member.site_id).time_zone)
    day = _day(fields.get("day", ""))
    starts, ends = (_time(name, fields.get(name, "")) for name in ("starts_at", "ends_at"))
    last_day = day if ends > starts else day + timedelta(days=1)
    return {
        "title": fields.get("title", ""),
        "starts_at": datetime.combine(day, starts, tzinfo=zone),
        "ends_at": datetime.combine(last_day, ends, tzinfo=zone),
        "zone_id": fields.get("zone_id") or None,
    }


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise invalid_field("day", "bad_day", "Choose a day.") from error
    if not 1990 <= day.year <= 2199:
        raise invalid_field("day", "bad_day", "Choose a day.")
    return day


def _time(field: str, text: str) -> time:
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise invalid_field(field, "bad_time", "Use a time of day.") from error
