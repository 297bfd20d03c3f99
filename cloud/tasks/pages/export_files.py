"""The list of tasks as a file: whatever the list shows, as XLSX or CSV."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from cloud.api import Transaction
from cloud.console import table_files
from cloud.console.table_files import ROWS_AT_ONCE, TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.kit.spreadsheets import Cell, Format
from cloud.tasks import service
from cloud.tasks.models import Task
from cloud.tasks.pages.listing import ListQuery, filter_of
from cloud.tasks.pages.views import TaskView, task_views
from cloud.tasks.repository import TaskFilter

HEADER: Final = (
    *("id", "type", "member_id", "member", "text", "in_charge", "complete_by", "next_step", "next_step_at"),
    *("enquiry_status", "outcome", "result", "created_at", "closed_at"),
)

router = APIRouter()


class ExportQuery(ListQuery):
    """The same words as in the address of the list, and the kind of file."""

    form: Format = "xlsx"


@router.get("/tasks/export")
def export_tasks(
    session: Transaction, wanted: Annotated[ExportQuery, Query()], viewer: Viewer = viewing("tasks.read")
) -> StreamingResponse:
    """All tasks that the filters let through."""
    file = TableFile(
        name="tasks",
        noun="task",
        form=wanted.form,
        day=session.now.date(),
        header=HEADER,
        narrowed=wanted.model_dump(exclude={"form"}),
    )
    return table_files.send(session, viewer, file, _rows(session, filter_of(session, wanted)))


def _rows(session: UnitOfWork, wanted: TaskFilter) -> Iterator[Sequence[Cell]]:
    def find(after: str | None) -> Page[Task]:
        return service.find_page(session, wanted, after=after, limit=ROWS_AT_ONCE)

    for tasks in table_files.each_page(session, find):
        yield from (_row(view) for view in task_views(session, tasks))


def _row(view: TaskView) -> Sequence[Cell]:
    task = view.task
    return (
        task.id,
        view.kind.name,
        task.member_id,
        view.member_name,
        task.text,
        view.operator,
        task.complete_by,
        task.next_step,
        table_files.local(task.next_step_at, view.zone),
        view.status,
        view.outcome,
        task.result,
        table_files.local(task.created_at, view.zone),
        table_files.local(task.closed_at, view.zone),
    )
