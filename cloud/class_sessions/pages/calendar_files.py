"""The sessions of a week or a day as a file, as XLSX or CSV: what the calendar shows."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from cloud.api import Transaction
from cloud.class_sessions.pages.calendar import Asked, Shown, choose
from cloud.console import table_files
from cloud.console.table_files import TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.kit.spreadsheets import Cell, Format

HEADER: Final = (
    *("id", "activity", "starts_at", "ended_at", "room", "trainer", "seats", "booked", "waiting", "cancelled_at"),
)

router = APIRouter()


@router.get("/schedule/export")
def export_calendar(
    session: Transaction,
    asked: Annotated[Asked, Depends()],
    viewer: Viewer = viewing("sessions.read"),
    form: Format = "xlsx",
) -> StreamingResponse:
    """The sessions of these days, the earliest first; those that were cancelled, too."""
    shown = choose(session, asked)
    narrowed = {
        **{"site": shown.site.id, "since": shown.days[0].isoformat(), "until": shown.days[-1].isoformat()},
        **{"room": asked.room, "trainer": asked.trainer},
    }
    file = TableFile(
        name="schedule", noun="class_session", form=form, day=shown.days[0], header=HEADER, narrowed=narrowed
    )
    return table_files.send(session, viewer, file, _rows(shown))


def _rows(shown: Shown) -> Iterator[Sequence[Cell]]:
    for cell in shown.cells:
        held = cell.held
        yield (
            held.id,
            cell.activity.name,
            table_files.local(held.starts_at, shown.zone),
            table_files.local(held.ends_at, shown.zone),
            cell.room,
            cell.trainer,
            held.seats,
            cell.taken,
            cell.waiting,
            table_files.local(held.cancelled_at, shown.zone),
        )
