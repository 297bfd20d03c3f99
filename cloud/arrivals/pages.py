"""Who comes today, as a page for the front desk, and as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from cloud.api import ReadSession, Transaction
from cloud.arrivals import service
from cloud.arrivals.service import ActivityArrivals, Arrival
from cloud.console import table_files
from cloud.console.asking import chosen_day, chosen_site
from cloud.console.flag_board import text_in
from cloud.console.languages import mark
from cloud.console.rendering import render
from cloud.console.table_files import TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.kit.money import plain_money
from cloud.kit.spreadsheets import Cell, Format
from cloud.rooms import service as rooms
from cloud.sites import service as sites
from cloud.sites.models import Site

HEADER: Final = (
    *("activity", "starts_at", "room", "member_id", "member", "phone", "attended_at", "is_trial", "is_first"),
    *("ends_on", "lessons_left", "owes", "flags", "tasks"),
)

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says; the day as typed, empty: today."""

    site: Annotated[str, Query(max_length=24)] = ""
    day: Annotated[str, Query(max_length=10)] = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """Who comes to which club on which day, and the names of its rooms."""

    site: Site
    zone: ZoneInfo
    day: date
    today: date
    groups: Sequence[ActivityArrivals]
    rooms: dict[str, str]


@router.get("/schedule/arrivals")
def show_arrivals(
    session: ReadSession, asked: Annotated[Asked, Depends()], viewer: Viewer = viewing("members.read")
) -> Response:
    """The page; as fragment what keeps itself up to date when somebody goes through a gate."""
    shown = _choose(session, asked)
    return render(
        viewer,
        "arrivals/groups.html" if viewer.is_fragment else "arrivals/page.html",
        sites=sites.list_sites(session),
        site=shown.site,
        zone=shown.zone,
        day=shown.day,
        today=shown.today,
        before=shown.day - timedelta(days=1),
        after=shown.day + timedelta(days=1),
        groups=shown.groups,
        rooms=shown.rooms,
    )


@router.get("/schedule/arrivals/export")
def export_arrivals(
    session: Transaction,
    asked: Annotated[Asked, Depends()],
    viewer: Viewer = viewing("members.read"),
    form: Format = "xlsx",
) -> StreamingResponse:
    """Everybody who comes that day, in the order of the page."""
    shown = _choose(session, asked)
    narrowed = {"site": shown.site.id, "day": shown.day.isoformat()}
    file = TableFile(name="arrivals", noun="arrival", form=form, day=shown.day, header=HEADER, narrowed=narrowed)
    return table_files.send(session, viewer, file, _rows(viewer, shown))


def _choose(session: UnitOfWork, asked: Asked) -> Shown:
    site = chosen_site(session, asked.site)
    zone = ZoneInfo(site.time_zone)
    today = local_day(session.now, zone)
    day = chosen_day(asked.day, today)
    names = {room.id: room.name for room in rooms.list_of_site(session, site.id)}
    return Shown(site, zone, day, today, service.who_comes(session, site.id, day), names)


def _rows(viewer: Viewer, shown: Shown) -> Iterator[Sequence[Cell]]:
    for group in shown.groups:
        for each in group.sessions:
            begins = table_files.local(each.held.starts_at, shown.zone)
            for one in each.arrivals:
                room = shown.rooms.get(each.held.room_id or "", "")
                yield (group.activity.name, begins, room, *_person(viewer, one, shown.zone))


def _person(viewer: Viewer, one: Arrival, zone: ZoneInfo) -> tuple[Cell, ...]:
    words = viewer.words
    return (
        one.member.id,
        one.member.name,
        one.member.phone,
        table_files.local(one.booking.attended_at, zone),
        table_files.yes(words, when=one.is_trial),
        table_files.yes(words, when=one.is_first),
        one.ends_on,
        one.lessons_left,
        ", ".join(f"{plain_money(minor, currency)} {currency}" for currency, minor in one.owes.items()),
        ", ".join(text_in(flag.texts, viewer.language) or words.text(mark("flag")) for flag in one.flags),
        ", ".join(kind.name for _, kind in one.tasks) if viewer.may("tasks.read") else "",
    )
