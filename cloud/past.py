"""What a noun has to tell of a member's past: lines with who and when, newest first, from behind a line.

Each noun gives `Source`s (`cloud/<noun>/past.py`); `cloud.time_line` merges them. The order of all lines is their time,
then their id: ids of all nouns have 24 characters and begin with the noun, so that no two lines have the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, and_, desc, literal, or_, select, true, union_all

from cloud.database import UnitOfWork
from cloud.staff.policy import Permission

Kind = Literal[
    "visit",
    "refusal",
    "booking",
    "contract",
    "service",
    "goods",
    "payment",
    "task",
    "message",
    "comment",
    "flag",
    "privacy",
    "standing",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
ID_CHARACTERS: Final = 24


@dataclass(frozen=True, slots=True)
class PastLine:
    """One thing that happened: `what` names it within the kind, `facts` and `text` fill it in.

    `who` is an id of the staff, or empty: the member, a gateway or the service itself. `line_id` is the row's id, and
    more where a row tells of several things. `subject` is the id of what a page about it shows, e.g. a task.
    """

    at: datetime
    line_id: str
    kind: Kind
    what: str
    who: str = ""
    text: str = ""
    subject: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[datetime, str]:
        """Its place in the order of all lines."""
        return self.at, self.line_id


@dataclass(frozen=True, slots=True)
class Behind:
    """The line behind which a page begins."""

    at: datetime
    line_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of a member are read: of these kinds, from behind a line, so many at most."""

    member_id: str
    kinds: frozenset[Kind]
    behind: Behind | None
    limit: int


Read = Callable[[UnitOfWork, Wanted], Sequence[PastLine]]


@dataclass(frozen=True, slots=True)
class Source:
    """Lines of some kinds. `read` gives those that are wanted in one query; `permission` is what they ask for."""

    kinds: Sequence[Kind]
    permission: Permission
    read: Read


@dataclass(frozen=True, slots=True)
class Moments:
    """Columns of a part of a query: which row, the suffix of the line's id, and when."""

    row_id: ColumnElement[str]
    suffix: ColumnElement[str]
    at: ColumnElement[datetime]

    @property
    def order(self) -> tuple[ColumnElement[Any], ...]:
        """That of all lines."""
        return self.at.desc(), self.row_id.desc(), self.suffix.desc()


def is_behind(
    at: Any, row_id: Any, behind: Behind | None, *, suffix: str = "", prefix: str = ""
) -> ColumnElement[bool]:
    """The condition on rows whose lines come after `behind`.

    `suffix` is what the lines' ids have after the rows'. With `prefix` the rows have numbers, and their lines' ids are
    the prefix with the number in 20 digits (`numbered`).
    """
    if behind is None:
        return true()
    own, rest = behind.line_id[:ID_CHARACTERS], behind.line_id[ID_CHARACTERS:]
    if prefix and not own.startswith(prefix):
        told_after: ColumnElement[bool] = at <= behind.at if prefix < own else at < behind.at
        return told_after
    bound: Any = int(own.removeprefix(prefix)) if prefix else own
    same = row_id <= bound if suffix < rest else row_id < bound
    return or_(at < behind.at, and_(at == behind.at, same))


def newest_moments(row_id: Any, is_own: ColumnElement[bool], moments: Mapping[str, Any], wanted: Wanted) -> Moments:
    """The newest moments of rows that tell of several things, to be joined with the rows.

    Args:
        row_id: the column with the rows' ids.
        is_own: the condition on the rows of the member.
        moments: the columns with the times, each by the suffix of its lines' ids; no line where there is no time.
    """
    parts = [
        select(row_id.label("row_id"), literal(suffix).label("suffix"), at.label("at")).where(
            is_own, at.is_not(None), is_behind(at, row_id, wanted.behind, suffix=suffix)
        )
        for suffix, at in moments.items()
    ]
    newest = union_all(*parts).order_by(desc("at"), desc("row_id"), desc("suffix")).limit(wanted.limit).subquery().c
    return Moments(newest.row_id, newest.suffix, newest.at)


def numbered(prefix: str, number: int) -> str:
    """The id of a line about a row with a number."""
    return f"{prefix}{number:020d}"
