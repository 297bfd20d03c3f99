"""Bring members in from a file: a try that keeps nothing, and a report that says of each line what became of it."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import Database, UnitOfWork
from cloud.errors import invalid_field
from cloud.kit import spreadsheets
from cloud.member_import import resuming
from cloud.member_import.importer import Importer, Line, Outcome, name_in
from cloud.member_import.mapping import map_columns, read_row
from cloud.sites import service as sites

ROWS_MAX: Final = 100_000
LOT_ROWS: Final = 20
"""So many rows are a transaction, of some 50 ms; everybody else who writes has a turn after it."""
Tell = Callable[[int, int], None]
"""Called with how many lines are done, and how many there are."""
Pause = Callable[[float], None]
"""Called after each lot with the seconds that it took; another process that writes finds a gap as long as that."""


@dataclass(frozen=True, slots=True)
class Report:
    """The lines in the order of the file, and which column meant what; the first `earlier` were interrupted once."""

    columns: Mapping[str, str]
    lines: Sequence[Line]
    earlier: int = 0

    def count(self, outcome: Outcome) -> int:
        """How many lines ended so."""
        return sum(line.outcome == outcome for line in self.lines)


class _TrialOverError(Exception):
    """Ends a transaction of a trial, so that nothing of it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to bring in, and where: `told` has the field of a column that the header's own words do not say."""

    site_id: str
    content: bytes
    told: Mapping[str, str]
    rows_max: int = ROWS_MAX


def _tell_nobody(_done: int, _total: int) -> None:
    """For a file that is read in moments."""


def run(
    database: Database,
    actor: Actor,
    order: Order,
    *,
    is_trial: bool,
    tell: Tell = _tell_nobody,
    pause: Pause = time.sleep,
) -> Report:
    """Add whom the file names, but for lines that are refused, and for those with a telephone or address that is there.

    In short transactions, with pauses between them that are as long. Of a trial nothing is kept but the report. A file
    that was interrupted goes on where it was, if it comes again within a week.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the file has more than `rows_max` rows.
        ConflictError: somebody else is bringing in the same file; what is told as done is done.
        MappingError: see there.
        SpreadsheetUnreadableError: see there.
    """
    rows = spreadsheets.read(order.content)
    header = next(rows, [])
    columns = map_columns(header, order.told)
    found = [read_row(row, columns) if any(row) else None for row in islice(rows, order.rows_max + 1)]
    if len(found) > order.rows_max:
        raise invalid_field("file", "too_many_rows", f"At most {order.rows_max} rows at once.")
    with database.session() as session:
        importer = Importer(session, actor, sites.get_site(session, order.site_id), is_trial=is_trial)
    work = _Work(actor, order.site_id, resuming.import_id(order.site_id, order.content, order.told), importer, found)
    step = work.try_some if is_trial else work.bring_in_some
    with database.session() as session:
        work.skip_done(session)
    earlier, is_over = len(work.lines), False
    while not is_over:
        began_s = time.monotonic()
        is_over = step(database)
        tell(work.done, len(found))
        pause(time.monotonic() - began_s)
    return Report({header[at]: field for at, field in columns.items()}, work.lines, earlier)


@dataclass(slots=True)
class _Work:
    """The rows of a file (None is an empty one), of which the first `done` have their line."""

    actor: Actor
    site_id: str
    import_id: str
    importer: Importer
    rows: Sequence[Mapping[str, str] | None]
    done: int = 0
    lines: list[Line] = field(default_factory=list)
    is_first: bool = True

    def skip_done(self, session: UnitOfWork) -> None:
        """Begin behind what was brought in before an interruption, and tell that again."""
        lots = resuming.lots_of(session, self.import_id)
        self.done = lots[-1].until if lots else 0
        told = {number: (outcome, problems) for lot in lots for number, outcome, problems in lot.told}
        for number, row in enumerate(self.rows[: self.done], 2):
            if row:
                outcome, problems = told.get(number, ("added", []))
                self.lines.append(Line(number, outcome, name_in(row), problems=[(at, code) for at, code in problems]))

    def try_some(self, database: Database) -> bool:
        """Take the next lot, and keep nothing of it; whether it was the last one."""
        with suppress(_TrialOverError), database.transaction() as session:
            lines, until = self._take(session)
            raise _TrialOverError
        return self._go_on(lines, until)

    def bring_in_some(self, database: Database) -> bool:
        """Take the next lot; whether it was the last one."""
        with database.transaction() as session:
            lines, until = self._take(session)
            is_end = until == len(self.rows)
            told = [[line.number, line.outcome, line.problems] for line in lines if line.outcome != "added"]
            resuming.note_lot(session, self.import_id, since=self.done, until=until, told=told, is_first=self.is_first)
            if is_end:
                resuming.end(session, self.import_id)
                self._record(session, [*self.lines, *lines])
        self.is_first = False
        return self._go_on(lines, until)

    def _take(self, session: UnitOfWork) -> tuple[list[Line], int]:
        until = min(self.done + LOT_ROWS, len(self.rows))
        rows = self.rows[self.done : until]
        self.importer.begin(session, [row for row in rows if row])
        numbered = enumerate(rows, self.done + 2)
        return [self.importer.take(session, number, row) for number, row in numbered if row], until

    def _go_on(self, lines: Sequence[Line], until: int) -> bool:
        self.lines += lines
        self.done = until
        return until == len(self.rows)

    def _record(self, session: UnitOfWork, lines: Sequence[Line]) -> None:
        added = sum(line.outcome == "added" for line in lines)
        after = {"site_id": self.site_id, "added": added, "lines": len(lines)}
        audit.record(session, self.actor, "member.import", entity=("site", self.site_id), after=after)
