"""The calendar: a week in columns of days, or a day in columns of rooms; on a narrow screen a list, and printable."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response

from cloud.activities import service as activities
from cloud.activities.models import Activity
from cloud.api import ReadSession
from cloud.bookings import service as bookings
from cloud.bookings import waiting
from cloud.class_sessions import service
from cloud.class_sessions.models import ClassSession
from cloud.class_sessions.repository import SessionFilter
from cloud.console.asking import chosen_day, chosen_site
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day, start_of_day
from cloud.rooms import service as rooms
from cloud.sites import service as sites
from cloud.sites.models import Site
from cloud.staff import service as staff

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says."""

    site: Annotated[str, Query(max_length=24)] = ""
    view: Literal["week", "day"] = "week"
    day: Annotated[str, Query(max_length=10)] = ""
    room: Annotated[str, Query(max_length=24)] = ""
    trainer: Annotated[str, Query(max_length=24)] = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A session in the calendar."""

    held: ClassSession
    activity: Activity
    room: str
    trainer: str
    taken: int
    waiting: int

    @property
    def is_full(self) -> bool:
        """Whether every seat is taken."""
        return self.taken >= self.held.seats


@dataclass(frozen=True, slots=True)
class Column:
    """A day of a week, or a room of a day; `room` None: no room."""

    day: date
    room: str | None
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Shown:
    """What an address means: the days of a site around `day`, and their sessions."""

    site: Site
    zone: ZoneInfo
    day: date
    days: Sequence[date]
    cells: Sequence[Cell]


@router.get("/schedule")
def show_calendar(
    session: ReadSession, asked: Annotated[Asked, Depends()], viewer: Viewer = viewing("sessions.read")
) -> Response:
    """The calendar of a club."""
    shown = choose(session, asked)
    site, zone, day, days, cells = shown.site, shown.zone, shown.day, shown.days, shown.cells
    today = local_day(session.now, zone)
    known_rooms = rooms.list_of_site(session, site.id)
    if asked.view == "week":
        columns = [Column(each, "", [cell for cell in cells if _day(cell, zone) == each]) for each in days]
    else:
        names = [room.name for room in known_rooms if not room.is_obsolete or room.name in {c.room for c in cells}]
        columns = [Column(day, name or None, [c for c in cells if c.room == name]) for name in [*names, ""]]
        columns = [column for column in columns if column.cells or column.room]
    step = timedelta(days=len(days))
    ways: dict[str, dict[str, Any]] = {
        "before": {"day": days[0] - step},
        "after": {"day": days[0] + step},
        "today": {"day": today},
        "week": {"view": "week", "day": day},
        "day": {"view": "day", "day": day},
    }
    links = {name: _address(asked, site.id, **more) for name, more in ways.items()}
    return render(
        viewer,
        "class_sessions/calendar.html",
        sites=sites.list_sites(session),
        site=site,
        zone=zone,
        asked=asked,
        day=day,
        days=days,
        today=today,
        columns=columns,
        rooms=known_rooms,
        trainers=staff.list_active(session),
        has_sessions=bool(cells),
        links=links,
        query={name: value for name, value in asdict(asked).items() if value} | {"site": site.id, "day": day},
    )


def choose(session: UnitOfWork, asked: Asked) -> Shown:
    """The days that the address means, with their sessions."""
    site = chosen_site(session, asked.site)
    zone = ZoneInfo(site.time_zone)
    day = chosen_day(asked.day, local_day(session.now, zone))
    first = day - timedelta(days=day.weekday()) if asked.view == "week" else day
    days = [first + timedelta(days=number) for number in range(7 if asked.view == "week" else 1)]
    wanted = SessionFilter(
        site_id=site.id,
        since=start_of_day(days[0], zone),
        until=start_of_day(days[-1] + timedelta(days=1), zone),
        room_id=asked.room or None,
        trainer_id=asked.trainer or None,
        has_cancelled=True,
    )
    return Shown(site, zone, day, days, cells_of(session, site.id, service.list_by_time(session, wanted)))


def cells_of(session: UnitOfWork, site_id: str, found: Sequence[ClassSession]) -> list[Cell]:
    """The sessions with names and numbers: one question to each noun."""
    names = {each.id: each for each in activities.list_all(session)}
    room_names = {each.id: each.name for each in rooms.list_of_site(session, site_id)}
    trainer_names = staff.names_of(session, {each.trainer_id for each in found if each.trainer_id})
    ids = [each.id for each in found]
    taken, queued = bookings.count_by_session(session, ids), waiting.count_waiting(session, ids)
    return [
        Cell(
            each,
            names[each.activity_id],
            room_names.get(each.room_id or "", ""),
            trainer_names.get(each.trainer_id or "", ""),
            taken.get(each.id, 0),
            queued.get(each.id, 0),
        )
        for each in found
    ]


def _day(cell: Cell, zone: ZoneInfo) -> date:
    return local_day(cell.held.starts_at, zone)


def _address(asked: Asked, site_id: str, **more: Any) -> str:
    said = {"site": site_id, "view": asked.view, "room": asked.room, "trainer": asked.trainer, **more}
    return "/schedule?" + urlencode({name: value for name, value in said.items() if value})
