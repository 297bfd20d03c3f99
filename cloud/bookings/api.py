"""Bookings over HTTP."""

from fastapi import APIRouter

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.bookings import service
from cloud.bookings.schemas import BookingIn, BookingOut
from cloud.bookings.service import BookingDetails
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["bookings"])


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
    """Book a session for a member."""
    details = BookingDetails(**body.model_dump())
    return BookingOut.model_validate(service.book(session, staff.actor, member_id, details))


@router.post("/bookings/{booking_id}/cancel", responses=problems(401, 403, 404, 409))
def cancel(booking_id: str, session: Transaction, staff: SignedIn = require("bookings.write")) -> BookingOut:
    """Cancel a booking."""
    return BookingOut.model_validate(service.cancel(session, staff.actor, booking_id))
