"""Calendars over HTTP: the file itself for whoever has its address, and the addresses for staff."""

from typing import Final

from fastapi import APIRouter, Response

from cloud.api import AppSettings, ReadSession, Transaction, problems
from cloud.calendar_feeds import service
from cloud.calendar_feeds.calendar_file import calendar_of
from cloud.calendar_feeds.schemas import CalendarOut
from cloud.staff import service as staff
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["schedule"])

CALENDAR_TYPE: Final = "text/calendar; charset=utf-8"


@router.get(
    "/calendars/{token}.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}, **problems(404)},
)
def get_calendar(token: str, session: ReadSession, settings: AppSettings) -> Response:
    """The sessions of a trainer as an iCalendar file; nobody needs to be signed in who has the address."""
    feed = service.find_by_token(session, token, settings.secret)
    name = staff.names_of(session, {feed.staff_id})[feed.staff_id]
    headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(calendar_of(session, feed.staff_id, name), media_type=CALENDAR_TYPE, headers=headers)


@router.put("/staff/{staff_id}/calendar", responses=problems(401, 403, 409, 422))
def make_calendar(
    staff_id: str, session: Transaction, settings: AppSettings, who: SignedIn = require("sessions.write")
) -> CalendarOut:
    """Give the calendar of a trainer an address; 409 if it has one."""
    return CalendarOut(path=path_of(service.token_of(service.make(session, who.actor, staff_id), settings.secret)))


@router.delete("/staff/{staff_id}/calendar", status_code=204, responses=problems(401, 403, 404))
def revoke_calendar(staff_id: str, session: Transaction, who: SignedIn = require("sessions.write")) -> None:
    """Revoke the address."""
    service.revoke(session, who.actor, staff_id)


def path_of(token: str) -> str:
    """Where the calendar is."""
    return f"/api/v1/calendars/{token}.ics"
