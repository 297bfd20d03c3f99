"""What was booked, waited for or cancelled in a period as a file: the people behind a figure, as XLSX or CSV."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from cloud.api import Transaction
from cloud.bookings.models import Booking, WaitingEntry
from cloud.bookings.pages.lists import Asked, Chosen, Line, choose, find_lines, lines_of
from cloud.console import table_files
from cloud.console.table_files import ROWS_AT_ONCE, TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.kit.spreadsheets import Cell, Format

HEADER: Final = ("id", "member_id", "member", "session_id", "session", "starts_at", "since", "ended_at", "attended_at")

router = APIRouter()


@router.get("/schedule/bookings/export")
def export_bookings(
    session: Transaction,
    asked: Annotated[Asked, Depends()],
    viewer: Viewer = viewing("members.read"),
    form: Format = "xlsx",
) -> StreamingResponse:
    """Everybody behind the figure, in the order of the list."""
    chosen = choose(session, asked)
    file = TableFile(
        name="bookings",
        noun="booking",
        form=form,
        day=chosen.first,
        header=HEADER,
        narrowed={
            "site": chosen.site.id,
            "figure": asked.figure,
            "since": chosen.first.isoformat(),
            "until": chosen.last.isoformat(),
        },
    )
    return table_files.send(session, viewer, file, _rows(session, asked, chosen))


def _rows(session: UnitOfWork, asked: Asked, chosen: Chosen) -> Iterator[Sequence[Cell]]:
    zone = ZoneInfo(chosen.site.time_zone)

    def find(after: str | None) -> Page[Line]:
        page = find_lines(session, chosen.period, asked.figure, after=after, limit=ROWS_AT_ONCE)
        return Page(lines_of(session, page.items), page.next)

    for lines in table_files.each_page(session, find):
        for line in lines:
            item = line.item
            yield (
                item.id,
                item.member_id,
                line.member_name,
                line.session_id,
                line.title,
                table_files.local(line.starts_at, zone),
                *(table_files.local(at, zone) for at in _moments(item)),
            )


def _moments(item: Booking | WaitingEntry) -> tuple[datetime | None, ...]:
    """Since when, until when, and when they came."""
    if isinstance(item, Booking):
        return item.booked_at, item.cancelled_at, item.attended_at
    return item.joined_at, item.left_at, None
