"""Book a session for a member from the member card, or let them wait for it; cancel, and say who was there."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cloud.activities import service as activities
from cloud.api import ReadSession, Transaction
from cloud.bookings import attendance, service, waiting
from cloud.bookings.schemas import BookingIn
from cloud.bookings.service import BookingDetails
from cloud.class_sessions import service as class_sessions
from cloud.class_sessions.models import ClassSession
from cloud.class_sessions.repository import SessionFilter
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.sites import service as sites

router = APIRouter()

NOTICES: Final = {"booked": "session_booked", "waiting": "session_waited_for"}
_DAYS_OFFERED: Final = 28
_OFFERED_MAX: Final = 300


@router.get("/members/{member_id}/bookings/new")
def show_booking_form(member_id: str, session: ReadSession, viewer: Viewer = viewing("bookings.write")) -> Response:
    """The sessions of the next four weeks to choose from."""
    return _form(session, viewer, members.get(session, member_id), {"waits": "on"})


@router.post("/members/{member_id}/bookings")
def book(member_id: str, session: Transaction, form: Submission = submitting("bookings.write")) -> Response:
    """Book the session; a full one is waited for if that is ticked."""
    member = members.get(session, member_id)
    became: Literal["booked", "waiting"] = "booked"
    with attempt(session, form.viewer.words) as errors:
        body = BookingIn.model_validate({"session_id": form.fields.get("session_id", "")})
        became = book_or_wait(session, form, member_id, body.session_id, may_wait="waits" in form.fields)
    if errors:
        return _form(session, form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, NOTICES[became])


@router.post("/bookings/{booking_id}/cancel")
def cancel(booking_id: str, session: Transaction, form: Submission = submitting("bookings.write")) -> Response:
    """Cancel the booking; a member who asked for it is told apart from a decision of staff."""
    for_member = form.fields.get("for") == "member"
    booking = service.cancel(
        session, form.viewer.signed_in.actor, booking_id, cancelled_for="member" if for_member else "staff"
    )
    return go_to(form.viewer, _back(form, booking.session_id, booking.member_id), notice="session_cancelled")


@router.post("/bookings/{booking_id}/attendance")
def change_attendance(
    booking_id: str, session: Transaction, form: Submission = submitting("attendance.write")
) -> Response:
    """Mark that the member was there, or undo it."""
    act = attendance.undo if form.fields.get("attended") == "no" else attendance.mark
    booking = act(session, form.viewer.signed_in.actor, booking_id)
    return go_to(form.viewer, f"/schedule/sessions/{booking.session_id}")


@router.post("/waiting/{entry_id}/leave")
def leave_waiting_list(
    entry_id: str, session: Transaction, form: Submission = submitting("bookings.write")
) -> Response:
    """Take the member off the waiting list."""
    entry = waiting.leave(session, form.viewer.signed_in.actor, entry_id)
    return go_to(form.viewer, _back(form, entry.session_id, entry.member_id), notice="waits_no_more")


def book_or_wait(
    session: UnitOfWork, form: Submission, member_id: str, session_id: str, *, may_wait: bool
) -> Literal["booked", "waiting"]:
    """Book the session, or wait for it if it is full and `may_wait`; raises what both raise."""
    actor = form.viewer.signed_in.actor
    held = class_sessions.take(session, session_id)
    if may_wait and held.cancelled_at is None and service.seats_free(session, held) < 1:
        waiting.join(session, actor, member_id, session_id)
        return "waiting"
    service.book(session, actor, member_id, BookingDetails(session_id=session_id))
    return "booked"


def _back(form: Submission, session_id: str, member_id: str) -> str:
    return f"/schedule/sessions/{session_id}" if form.fields.get("from") == "session" else f"/members/{member_id}"


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
    return forms.show(viewer, member, sheet, fields, errors, session_choices=_choices(session, member, viewer.words))


def _choices(session: UnitOfWork, member: Member, words: Words) -> list[tuple[str, str]]:
    """The sessions ahead at the sites that the member uses, the earliest first, in words."""
    names = {each.id: each.name for each in activities.list_all(session)}
    offered: list[tuple[ClassSession, ZoneInfo]] = []
    for site_id in sorted(members.site_ids_of(session, [member.id])[member.id]):
        zone = ZoneInfo(sites.get_site(session, site_id).time_zone)
        wanted = SessionFilter(
            site_id=site_id,
            since=session.now - timedelta(hours=1),
            until=session.now + timedelta(days=_DAYS_OFFERED),
        )
        offered += [(held, zone) for held in class_sessions.list_by_time(session, wanted, limit=_OFFERED_MAX)]
    offered = sorted((pair for pair in offered if pair[0].ends_at > session.now), key=lambda pair: pair[0].starts_at)
    taken = service.count_by_session(session, [held.id for held, _ in offered])
    return [
        (held.id, f"{words.moment(held.starts_at, zone)} · {names[held.activity_id]} · {_seats(held, taken, words)}")
        for held, zone in offered
    ]


def _seats(held: ClassSession, taken: Mapping[str, int], words: Words) -> str:
    free = held.seats - taken.get(held.id, 0)
    return words.counted("%(num)s seat free", "%(num)s seats free", free) if free > 0 else words.text(mark("full"))
