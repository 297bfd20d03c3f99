"""A list of the console as a file: all that the list shows, as XLSX or CSV, with an entry in the audit log."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Final, TypeVar
from zoneinfo import ZoneInfo

from fastapi.responses import StreamingResponse

from cloud.audit import service as audit
from cloud.console.column_words import COLUMN_NAMES
from cloud.console.languages import mark
from cloud.console.viewer import Viewer
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.kit import spreadsheets
from cloud.kit.paging import Page
from cloud.kit.spreadsheets import MEDIA_TYPES, Cell, Format

ROWS_MAX: Final = 200_000
ROWS_AT_ONCE: Final = 1000
_CHUNK_BYTES: Final = 64 * 1024
_IN_MEMORY_BYTES: Final = 4_000_000
_YES: Final = mark("Yes")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A file of this `name`; `noun` is what its rows are and `narrowed` what the list was narrowed to, for the log.

    `header` holds keys of `COLUMN_NAMES`; the file has their names in the language of who asks.
    """

    name: str
    noun: str
    form: Format
    day: date
    header: Sequence[str]
    narrowed: Mapping[str, object]


def send(session: UnitOfWork, viewer: Viewer, file: TableFile, rows: Iterable[Sequence[Cell]]) -> StreamingResponse:
    """Write the rows, at most 200,000, note it in the log, and send the file in pieces."""
    target = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - it is closed when the last piece is sent
    header = [viewer.words.text(COLUMN_NAMES[column]) for column in file.header]
    count = spreadsheets.write(target, file.form, header, rows)
    told = {"format": file.form, "rows": count, "filter": audit.plain({k: v for k, v in file.narrowed.items() if v})}
    audit.record(session, viewer.signed_in.actor, f"{file.noun}.export", entity=(file.noun, ""), after=told)
    return stream(target, f"{file.name}-{file.day}", file.form)


def stream(file: IO[bytes], name: str, form: Format) -> StreamingResponse:
    """What was written, from its beginning, as a download; the file is closed when the last piece is sent."""
    file.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-store"}
    return StreamingResponse(_pieces(file), media_type=MEDIA_TYPES[form], headers=headers)


def each_page(session: UnitOfWork, find: Callable[[str | None], Page[T]]) -> Iterator[Sequence[T]]:
    """All pages of a list, up to 200,000 rows; `find` gives the page behind a cursor of `ROWS_AT_ONCE` rows."""
    after: str | None = None
    for _ in range(ROWS_MAX // ROWS_AT_ONCE):
        page = find(after)
        yield page.items
        session.expunge_all()
        after = page.next
        if after is None:
            return


def yes(words: Words, *, when: bool) -> str:
    """A cell that says yes, or nothing."""
    return words.text(_YES) if when else ""


def local(at: datetime | None, zone: ZoneInfo) -> str:
    """An instant by the clock of a zone, to the second, as text that sorts; empty for none."""
    return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_CHUNK_BYTES):
            yield piece
