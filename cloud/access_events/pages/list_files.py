"""The taps of the front desk as a file, out of the newest 200,000 events, as XLSX or CSV, each by its site's clock."""

from collections.abc import Iterator, Sequence
from typing import Final

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from cloud.access_events import feed_rows
from cloud.access_events.feed_rows import FeedRow
from cloud.access_events.lane_news import LaneNews
from cloud.access_events.repository import EventFilter
from cloud.api import Transaction
from cloud.console import table_files
from cloud.console.languages import mark
from cloud.console.table_files import ROWS_AT_ONCE, TableFile
from cloud.console.viewer import Viewer, viewing
from cloud.console.words import DIRECTIONS, OUTCOMES, Words
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.kit.spreadsheets import Cell, Format

HEADER: Final = (
    *("id", "at", "time_zone", "lane", "direction", "member_id", "member"),
    *("outcome", "reason", "shown", "went_through", "arrived_late"),
)

TAPS_AT_ONCE: Final = ROWS_AT_ONCE // 2
"""A page of the feed reads two events for each tap, and all of them may be taps."""

router = APIRouter()


@router.get("/front-desk/export")
def export_taps(
    session: Transaction, form: Format = "xlsx", viewer: Viewer = viewing("access.read")
) -> StreamingResponse:
    """All taps of the feed, the newest first; what lanes tell of themselves is left out."""
    day = session.now.date()
    file = TableFile(name="taps", noun="access_event", form=form, day=day, header=HEADER, narrowed={})
    return table_files.send(session, viewer, file, _rows(session, viewer.words))


def _rows(session: UnitOfWork, words: Words) -> Iterator[Sequence[Cell]]:
    def find(after: str | None) -> Page[FeedRow | LaneNews]:
        before_id = None if after is None else int(after)
        page = feed_rows.latest(session, EventFilter(), before_id=before_id, limit=TAPS_AT_ONCE)
        return Page(items=list(page.rows), next=None if page.next_before_id is None else str(page.next_before_id))

    for rows in table_files.each_page(session, find):
        yield from (_row(row, words) for row in rows if isinstance(row, FeedRow))


def _row(tap: FeedRow, words: Words) -> Sequence[Cell]:
    went_through = {True: mark("Yes"), False: mark("No"), None: ""}[tap.is_taken]
    return (
        tap.event_id,
        table_files.local(tap.occurred_at, tap.zone),
        tap.zone.key,
        tap.lane_name,
        words.text(DIRECTIONS.get(tap.direction, tap.direction)),
        tap.member_id,
        tap.member_name,
        words.text(OUTCOMES.get(tap.outcome, tap.outcome)),
        words.reason(tap.reason),
        tap.text,
        words.text(went_through),
        table_files.yes(words, when=tap.is_history),
    )
