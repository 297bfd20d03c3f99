"""The list of operations; one with whom it would touch now and what it did; whom a run dealt with, also as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from cloud.access_rules import hours_text
from cloud.api import ReadSession, Transaction
from cloud.console import table_files
from cloud.console.rendering import render
from cloud.console.table_files import TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.kit.spreadsheets import Format
from cloud.members import service as members
from cloud.saved_searches import service as saved_searches
from cloud.scheduled_operations import looking, policy, runs, service
from cloud.scheduled_operations.models import OperationRun, OperationTouch, ScheduledOperation
from cloud.scheduled_operations.pages import terms
from cloud.scheduled_operations.policy import State
from cloud.sites import service as sites
from cloud.tasks.pages import terms as task_terms

ROWS: Final = 50
HEADER: Final = ("member_id", "member", "outcome", "task_id")

router = APIRouter()


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation as staff see it; `zone` is its club's."""

    operation: ScheduledOperation
    zone: ZoneInfo
    state: State
    next_at: datetime | None
    last_run: OperationRun | None


@router.get("/settings/operations")
def show_operations(
    session: ReadSession,
    viewer: Viewer = viewing("tasks.bulk"),
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Every operation, the newest first; as fragment the next rows."""
    page = service.find_page(session, after=after, limit=ROWS)
    last = runs.list_last(session, [each.id for each in page.items])
    every_site = {site.id: site for site in sites.list_sites(session)}
    is_more = viewer.is_fragment and after is not None
    return render(
        viewer,
        "scheduled_operations/rows.html" if is_more else "scheduled_operations/settings.html",
        views=[_view(session, each, every_site[each.site_id].time_zone, last.get(each.id)) for each in page.items],
        next_after=page.next,
        sites=every_site,
        has_searches=bool(saved_searches.list_schedulable(session)),
        terms=terms,
        write_minute=hours_text.write_minute,
        weekdays=viewer.words.weekdays(),
    )


@router.get("/settings/operations/{scheduled_operation_id}")
def show_operation(
    scheduled_operation_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.bulk")
) -> Response:
    """Whom it would touch now, and what it did, day by day."""
    operation = service.get(session, scheduled_operation_id)
    site = sites.get_site(session, operation.site_id)
    return render(
        viewer,
        "scheduled_operations/operation.html",
        view=_view(session, operation, site.time_zone, None),
        search=saved_searches.get(session, operation.search_id),
        look=looking.look(session, operation.site_id, service.details_of(operation), operation.id),
        runs=runs.find_page(session, operation.id, after=None, limit=ROWS).items,
        today=local_day(session.now, ZoneInfo(site.time_zone)),
        most=policy.PEOPLE_MAX,
        terms=terms,
        task_terms=task_terms,
    )


@router.get("/settings/operations/{scheduled_operation_id}/runs/{day}")
def show_run(
    scheduled_operation_id: str, day: date, session: ReadSession, viewer: Viewer = viewing("tasks.bulk")
) -> Response:
    """Whom the run of a day dealt with, and why somebody got no task."""
    operation = service.get(session, scheduled_operation_id)
    rows, names = _touched(session, operation.id, day)
    return render(
        viewer, "scheduled_operations/run.html", operation=operation, day=day, rows=rows, names=names, terms=terms
    )


@router.get("/settings/operations/{scheduled_operation_id}/runs/{day}/export")
def export_run(
    scheduled_operation_id: str,
    day: date,
    session: Transaction,
    viewer: Viewer = viewing("tasks.bulk"),
    form: Format = "xlsx",
) -> StreamingResponse:
    """The same people, in the same order."""
    operation = service.get(session, scheduled_operation_id)
    narrowed = {"operation": operation.id, "day": day.isoformat()}
    file = TableFile(name="operation", noun="scheduled_operation", form=form, day=day, header=HEADER, narrowed=narrowed)
    rows, names = _touched(session, operation.id, day)
    say = viewer.words.text
    cells = ((each.member_id, names.get(each.member_id), say(terms.FATES[each.fate]), each.task_id) for each in rows)
    return table_files.send(session, viewer, file, cells)


def _touched(session: UnitOfWork, operation_id: str, day: date) -> tuple[Sequence[OperationTouch], dict[str, str]]:
    """Whom a run dealt with, by name, and their names."""
    touches = runs.list_touches(session, operation_id, day)
    names = members.names_of(session, [each.member_id for each in touches])
    return sorted(touches, key=lambda each: (names.get(each.member_id, ""), each.member_id)), names


def _view(
    session: UnitOfWork, operation: ScheduledOperation, time_zone: str, last_run: OperationRun | None
) -> OperationView:
    zone = ZoneInfo(time_zone)
    state = service.state_of(session, operation, zone)
    next_at = policy.next_at(service.schedule_of(operation), session.now, zone) if state == "active" else None
    return OperationView(operation, zone, state, next_at, last_run)
