"""What was booked, waited for and cancelled: each figure of a period opens the people behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response

from cloud.activities import service as activities
from cloud.api import ReadSession
from cloud.bookings import figures
from cloud.bookings.figures import BookingFigure, Period, WaitingFigure
from cloud.bookings.models import Booking, WaitingEntry
from cloud.class_sessions import service as class_sessions
from cloud.console.asking import chosen_day, chosen_site
from cloud.console.languages import mark
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day, start_of_day
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.sites import service as sites
from cloud.sites.models import Site

PAGE_ROWS: Final = 50
FIGURES: Final = {
    "booked": mark("Booked"),
    "booked_in_app": mark("in the app"),
    "queued": mark("In queue"),
    "waiting": mark("still waiting"),
    "converted": mark("got a seat"),
    "cancelled": mark("Cancelled"),
    "reassigned": mark("booked again"),
}
CANCELLED_FOR: Final = {
    "member": mark("asked by the member"),
    "staff": mark("by staff"),
    "session": mark("the session was cancelled"),
}
_PERIOD_MAX: Final = timedelta(days=366)

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says; days as typed, empty: today."""

    site: Annotated[str, Query(max_length=24)] = ""
    figure: BookingFigure | WaitingFigure = "booked"
    since: Annotated[str, Query(max_length=10)] = ""
    until: Annotated[str, Query(max_length=10)] = ""
    after: Annotated[str | None, Query(max_length=1000)] = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The site and the days, both included, that the address means."""

    site: Site
    first: date
    last: date
    period: Period


@dataclass(frozen=True, slots=True)
class Line:
    """One booking, or one place on a waiting list, with what it is of."""

    item: Booking | WaitingEntry
    member_name: str
    title: str
    starts_at: datetime
    session_id: str


@router.get("/schedule/bookings")
def show_bookings(
    session: ReadSession, asked: Annotated[Asked, Depends()], viewer: Viewer = viewing("members.read")
) -> Response:
    """The figures with the people behind one of them; as fragment the next rows."""
    chosen = choose(session, asked)
    page = find_lines(session, chosen.period, asked.figure, after=asked.after, limit=PAGE_ROWS)
    is_more = viewer.is_fragment and asked.after is not None
    return render(
        viewer,
        "bookings/rows.html" if is_more else "bookings/list.html",
        sites=sites.list_sites(session),
        site=chosen.site,
        zone=ZoneInfo(chosen.site.time_zone),
        asked=asked,
        first=chosen.first,
        last=chosen.last,
        figures=FIGURES,
        cancelled_for=CANCELLED_FOR,
        counts={} if is_more else figures.count(session, chosen.period),
        lines=lines_of(session, page.items),
        next_after=page.next,
    )


def choose(session: UnitOfWork, asked: Asked) -> Chosen:
    """The site and the days that the address means."""
    site = chosen_site(session, asked.site)
    zone = ZoneInfo(site.time_zone)
    first = chosen_day(asked.since, local_day(session.now, zone))
    last = _last(first, chosen_day(asked.until, first))
    period = Period(site.id, start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone))
    return Chosen(site, first, last, period)


def find_lines(
    session: UnitOfWork, period: Period, figure: BookingFigure | WaitingFigure, *, after: str | None, limit: int
) -> Page[Booking] | Page[WaitingEntry]:
    """A page of what is behind a figure."""
    match figure:
        case "queued" | "waiting" | "converted":
            return figures.find_waiting(session, period, figure, after=after, limit=limit)
        case _:
            return figures.find_bookings(session, period, figure, after=after, limit=limit)


def _last(first: date, last: date) -> date:
    """The period is in order and at most a year long."""
    return min(max(first, last), first + _PERIOD_MAX)


def lines_of(session: UnitOfWork, items: Sequence[Booking] | Sequence[WaitingEntry]) -> list[Line]:
    """The same in words, in the same order."""
    held = {each.id: each for each in class_sessions.list_by_ids(session, {item.session_id for item in items})}
    names = members.names_of(session, {item.member_id for item in items})
    titles = {each.id: each.name for each in activities.list_all(session)}
    return [
        Line(
            item,
            names[item.member_id],
            titles[held[item.session_id].activity_id],
            held[item.session_id].starts_at,
            item.session_id,
        )
        for item in items
    ]
