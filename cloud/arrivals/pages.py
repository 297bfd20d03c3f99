"""Who comes today, as a page for the front desk, and as a file."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from cloud.api import ReadSession, Transaction
from cloud.arrivals import service
from cloud.arrivals.service import ActivityArrivals, Arrival
from cloud.class_sessions.pages.asking import chosen_day, chosen_site
from cloud.console import table_files
from cloud.console.flag_board import text_in
from cloud.console.languages import mark
from cloud.console.rendering import render
from cloud.console.table_files import TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.kit.clock import local_day
from cloud.kit.money import plain_money
from cloud.kit.spreadsheets import Cell, Format
from cloud.rooms import service as rooms
from cloud.sites import service as sites

HEADER: Final = (
    *("activity", "starts_at", "room", "member_id", "member", "phone", "attended_at", "is_trial", "is_first"),
    *("ends_on", "lessons_left", "owes", "flags", "tasks"),
)

router = APIRouter()


@router.get("/schedule/arrivals")
def show_arrivals(
    session: ReadSession,
    viewer: Viewer = viewing("members.read"),
    site: Annotated[str, Query(max_length=24)] = "",
    day: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The page; as fragment what keeps itself up to date when somebody goes through a gate."""
    club = chosen_site(session, site)
    zone = ZoneInfo(club.time_zone)
    wanted: date = chosen_day(day, local_day(session.now, zone))
    return render(
        viewer,
        "arrivals/groups.html" if viewer.is_fragment else "arrivals/page.html",
        sites=sites.list_sites(session),
        site=club,
        zone=zone,
        day=wanted,
        today=local_day(session.now, zone),
        before=wanted - timedelta(days=1),
        after=wanted + timedelta(days=1),
        groups=service.who_comes(session, club.id, wanted),
        rooms={room.id: room.name for room in rooms.list_of_site(session, club.id)},
    )


@router.get("/schedule/arrivals/export")
def export_arrivals(
    session: Transaction,
    viewer: Viewer = viewing("members.read"),
    site: Annotated[str, Query(max_length=24)] = "",
    day: Annotated[str, Query(max_length=10)] = "",
    form: Format = "xlsx",
) -> StreamingResponse:
    """Everybody who comes that day, in the order of the page."""
    club = chosen_site(session, site)
    wanted: date = chosen_day(day, local_day(session.now, ZoneInfo(club.time_zone)))
    narrowed = {"site": club.id, "day": wanted.isoformat()}
    file = TableFile(name="arrivals", noun="arrival", form=form, day=wanted, header=HEADER, narrowed=narrowed)
    names = {room.id: room.name for room in rooms.list_of_site(session, club.id)}
    groups = service.who_comes(session, club.id, wanted)
    return table_files.send(session, viewer, file, _rows(viewer, groups, names, ZoneInfo(club.time_zone)))


def _rows(
    viewer: Viewer, groups: Iterable[ActivityArrivals], room_names: dict[str, str], zone: ZoneInfo
) -> Iterator[Sequence[Cell]]:
    for group in groups:
        for each in group.sessions:
            begins = table_files.local(each.held.starts_at, zone)
            for one in each.arrivals:
                room = room_names.get(each.held.room_id or "", "")
                yield (group.activity.name, begins, room, *_person(viewer, one, zone))


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
