"""The list of alarms, also as a file, and the bar on every page that says how many wait."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from cloud.alarms import service
from cloud.alarms.models import Alarm
from cloud.api import ReadSession, Transaction
from cloud.console import table_files
from cloud.console.rendering import go_to, render
from cloud.console.table_files import ROWS_AT_ONCE, TableFile
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.errors import ConflictError
from cloud.kit.paging import Page
from cloud.kit.spreadsheets import Cell, Format
from cloud.members import service as members
from cloud.sites import service as sites
from cloud.staff import service as staff

ROWS: Final = 50
ID_CHARACTERS_MAX: Final = 24
HEADER: Final = (
    *("id", "at", "time_zone", "event", "lane", "member_id", "member", "arrived_late"),
    *("acknowledged_by", "acknowledged_at"),
)

router = APIRouter()


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm; `acknowledged_by` is a name."""

    alarm: Alarm
    member_name: str | None
    lane_name: str
    zone: ZoneInfo
    acknowledged_by: str | None


@router.get("/alarms")
def show_alarms(
    session: ReadSession,
    viewer: Viewer = viewing("access.read"),
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """All alarms, the newest first; as fragment the rows alone."""
    page = alarm_views(session, service.find_page(session, after=after, limit=ROWS))
    template = "alarms/rows.html" if viewer.is_fragment else "alarms/list.html"
    return render(viewer, template, page=page, newest_id=service.newest_id(session))


@router.get("/alarms/export")
def export_alarms(
    session: Transaction, viewer: Viewer = viewing("access.read"), form: Format = "xlsx"
) -> StreamingResponse:
    """All alarms, the newest first, each by its site's clock."""
    file = TableFile(name="alarms", noun="alarm", form=form, day=session.now.date(), header=HEADER, narrowed={})
    return table_files.send(session, viewer, file, _rows(session, viewer.words))


@router.get("/alarms/bar")
def show_bar(session: ReadSession, viewer: Viewer = viewing("access.read")) -> Response:
    """How many alarms wait, as the part of every page that keeps itself up to date."""
    return render(viewer, "alarms/bar.html", count=service.count_urgent(session), most=service.COUNTED_MAX)


@router.post("/alarms/acknowledge")
def acknowledge_all(session: Transaction, form: Submission = submitting("alarms.acknowledge")) -> Response:
    """Acknowledge everything up to the newest alarm that the page has shown."""
    last_id = form.fields.get("last_id", "")[:ID_CHARACTERS_MAX]
    service.acknowledge_up_to(session, form.viewer.signed_in.actor, last_id)
    return go_to(form.viewer, "/alarms", notice="alarms_acknowledged")


@router.post("/alarms/{alarm_id}/acknowledge")
def acknowledge(alarm_id: str, session: Transaction, form: Submission = submitting("alarms.acknowledge")) -> Response:
    """Acknowledge one; if somebody was quicker, the list says who."""
    try:
        alarm = service.acknowledge(session, form.viewer.signed_in.actor, alarm_id)
    except ConflictError:
        return go_to(form.viewer, "/alarms")
    is_on_card = form.fields.get("back") == "member" and alarm.member_id
    return go_to(form.viewer, f"/members/{alarm.member_id}" if is_on_card else "/alarms", notice="alarms_acknowledged")


def alarm_views(session: UnitOfWork, page: Page[Alarm]) -> Page[AlarmView]:
    """The alarms of a page with the names of who and where."""
    alarms = page.items
    names = members.names_of(session, {alarm.member_id for alarm in alarms if alarm.member_id})
    people = staff.names_of(session, {alarm.acknowledged_by for alarm in alarms if alarm.acknowledged_by})
    lanes = {lane.id: lane.name for lane in sites.list_lanes(session)}
    zones = {site.id: ZoneInfo(site.time_zone) for site in sites.list_sites(session)}
    views = [
        AlarmView(
            alarm,
            names.get(alarm.member_id or ""),
            lanes.get(alarm.lane_id, alarm.lane_id),
            zones[alarm.site_id],
            people.get(alarm.acknowledged_by or ""),
        )
        for alarm in alarms
    ]
    return Page(views, page.next)


def _rows(session: UnitOfWork, words: Words) -> Iterator[Sequence[Cell]]:
    def find(after: str | None) -> Page[AlarmView]:
        return alarm_views(session, service.find_page(session, after=after, limit=ROWS_AT_ONCE))

    for views in table_files.each_page(session, find):
        for view in views:
            alarm = view.alarm
            yield (
                alarm.id,
                table_files.local(alarm.occurred_at, view.zone),
                view.zone.key,
                words.signal(alarm.kind),
                view.lane_name,
                alarm.member_id,
                view.member_name,
                table_files.yes(words, when=alarm.is_history),
                view.acknowledged_by,
                table_files.local(alarm.acknowledged_at, view.zone),
            )
