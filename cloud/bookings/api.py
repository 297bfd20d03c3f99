"""Bookings, waiting lists and attendance over HTTP."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.bookings import attendance, figures, service, waiting
from cloud.bookings.figures import BookingFigure, Period, WaitingFigure
from cloud.bookings.policy import CancelledFor
from cloud.bookings.schemas import BookingIn, BookingOut, FiguresOut, Participants, WaitingOut
from cloud.bookings.service import BookingDetails
from cloud.class_sessions import service as class_sessions
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.days import Instant
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.sites import service as sites
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["bookings"])

_PERIOD_MAX: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Span:
    """The sessions that begin from `since` to before `until`, at most 366 days later."""

    since: Annotated[Instant, Query(description="Sessions that begin from then on.")]
    until: Annotated[Instant, Query(description="And before then; at most 366 days later.")]


WithinSpan = Annotated[Span, Depends()]


@router.get("/members/{member_id}/bookings", responses=problems(401, 403, 404, 422))
def list_bookings(
    member_id: str,
    session: ReadSession,
    _staff: SignedIn = require("members.read"),
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[BookingOut]:
    """Everything that a member ever booked, the newest booking first."""
    members.get(session, member_id)
    page = service.find_page(session, member_id, after=after, limit=limit)
    return Page(items=[BookingOut.model_validate(booking) for booking in page.items], next=page.next)


@router.post("/members/{member_id}/bookings", status_code=201, responses=problems(401, 403, 404, 409, 422))
def book(
    member_id: str, body: BookingIn, session: Transaction, staff: SignedIn = require("bookings.write")
) -> BookingOut:
    """Give a member a seat in a session; 409 when every seat is taken."""
    details = BookingDetails(**body.model_dump())
    return BookingOut.model_validate(service.book(session, staff.actor, member_id, details))


@router.post("/bookings/{booking_id}/cancel", responses=problems(401, 403, 404, 409, 422))
def cancel(
    booking_id: str,
    session: Transaction,
    staff: SignedIn = require("bookings.write"),
    cancelled_for: Annotated[CancelledFor, Query(description="Who called it off.")] = "staff",
) -> BookingOut:
    """Cancel a booking; whoever waits first gets the seat."""
    return BookingOut.model_validate(service.cancel(session, staff.actor, booking_id, cancelled_for=cancelled_for))


@router.put("/bookings/{booking_id}/attendance", responses=problems(401, 403, 404, 409))
def mark_attendance(booking_id: str, session: Transaction, staff: SignedIn = require("attendance.write")) -> BookingOut:
    """Say that the member was there."""
    return BookingOut.model_validate(attendance.mark(session, staff.actor, booking_id))


@router.delete("/bookings/{booking_id}/attendance", responses=problems(401, 403, 404, 409))
def undo_attendance(booking_id: str, session: Transaction, staff: SignedIn = require("attendance.write")) -> BookingOut:
    """Say that the member was not there after all."""
    return BookingOut.model_validate(attendance.undo(session, staff.actor, booking_id))


@router.post("/members/{member_id}/waiting", status_code=201, responses=problems(401, 403, 404, 409, 422))
def join_waiting_list(
    member_id: str, body: BookingIn, session: Transaction, staff: SignedIn = require("bookings.write")
) -> WaitingOut:
    """Let a member wait for a seat in a full session."""
    entry = waiting.join(session, staff.actor, member_id, body.session_id, channel=body.channel)
    return WaitingOut.model_validate(entry)


@router.post("/waiting/{entry_id}/leave", responses=problems(401, 403, 404, 409))
def leave_waiting_list(entry_id: str, session: Transaction, staff: SignedIn = require("bookings.write")) -> WaitingOut:
    """Let a member wait no more."""
    return WaitingOut.model_validate(waiting.leave(session, staff.actor, entry_id))


@router.get(
    "/class-sessions/{session_id}/participants",
    dependencies=[require("members.read")],
    responses=problems(401, 403, 404),
)
def list_participants(session_id: str, session: ReadSession) -> Participants:
    """Who is in a session, and who waits or waited for it (the last 200)."""
    held = class_sessions.get(session, session_id)
    return Participants(
        seats=held.seats,
        bookings=[BookingOut.model_validate(each) for each in service.list_of_session(session, session_id)],
        waiting=[WaitingOut.model_validate(each) for each in waiting.list_all(session, session_id)],
    )


@router.get(
    "/sites/{site_id}/booking-figures", dependencies=[require("members.read")], responses=problems(401, 403, 404, 422)
)
def count_bookings(site_id: str, session: ReadSession, span: WithinSpan) -> FiguresOut:
    """What was booked, waited for and cancelled of the sessions of a period."""
    return FiguresOut(**figures.count(session, _period(session, site_id, span)))


@router.get(
    "/sites/{site_id}/bookings/{figure}", dependencies=[require("members.read")], responses=problems(401, 403, 404, 422)
)
def list_bookings_behind(
    site_id: str,
    figure: BookingFigure,
    session: ReadSession,
    span: WithinSpan,
    *,
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[BookingOut]:
    """The bookings behind a figure, the newest first."""
    period = _period(session, site_id, span)
    page = figures.find_bookings(session, period, figure, after=after, limit=limit)
    return Page(items=[BookingOut.model_validate(each) for each in page.items], next=page.next)


@router.get(
    "/sites/{site_id}/waiting/{figure}", dependencies=[require("members.read")], responses=problems(401, 403, 404, 422)
)
def list_waiting_behind(
    site_id: str,
    figure: WaitingFigure,
    session: ReadSession,
    span: WithinSpan,
    *,
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[WaitingOut]:
    """The places on waiting lists behind a figure, the newest first; each names the session."""
    period = _period(session, site_id, span)
    page = figures.find_waiting(session, period, figure, after=after, limit=limit)
    return Page(items=[WaitingOut.model_validate(each) for each in page.items], next=page.next)


def _period(session: UnitOfWork, site_id: str, span: Span) -> Period:
    sites.get_site(session, site_id)
    if not timedelta(0) <= span.until - span.since <= _PERIOD_MAX:
        raise invalid_field("until", "bad_period", "Ask for at most 366 days.")
    return Period(site_id, span.since, span.until)
