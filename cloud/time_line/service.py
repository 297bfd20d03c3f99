"""A page of a member's time line: the newest lines of all sources, merged behind a cursor."""

import heapq
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.paging import Page, cut_page
from cloud.kit.storable import NUMBER_MAX
from cloud.listing import read_cursor
from cloud.members import service as members
from cloud.past import ID_CHARACTERS, KINDS, Behind, Kind, PastLine, Source, Wanted
from cloud.staff.policy import Permission
from cloud.time_line.sources import SOURCES

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LATEST_US: Final = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_NUMBERED: Final = ("evt_", "aud_")


def find_page(
    session: UnitOfWork,
    member_id: str,
    *,
    may: Callable[[Permission], bool],
    kinds: Collection[Kind] = (),
    after: str | None,
    limit: int,
) -> Page[PastLine]:
    """What happened with a member, the newest first; no line is skipped or repeated while new ones come in.

    Args:
        may: whether the reader has a permission; lines that ask for another one are left out.
        kinds: only these; none: all.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: `after` is no cursor of this list.
    """
    members.get(session, member_id)
    wanted = Wanted(member_id, frozenset(kinds or KINDS), _read_behind(after), limit + 1)
    asked = [source for source in SOURCES if may(source.permission) and wanted.kinds & set(source.kinds)]
    told = [source.read(session, wanted) for source in asked]
    return cut_page(newest_of(told, limit + 1), limit, lambda line: (_microseconds(line.at), line.line_id))


def newest_of(told: Sequence[Sequence[PastLine]], limit: int) -> list[PastLine]:
    """The newest lines of several lists, each newest first."""
    return list(islice(heapq.merge(*told, key=lambda line: line.key, reverse=True), limit))


def kinds_for(may: Callable[[Permission], bool], sources: Sequence[Source] = SOURCES) -> list[Kind]:
    """The kinds of lines that somebody with these permissions may see."""
    return list(dict.fromkeys(kind for source in sources if may(source.permission) for kind in source.kinds))


def _read_behind(after: str | None) -> Behind | None:
    key = read_cursor(after, int, str)
    if key is None:
        return None
    at_us, line_id = int(key[0]), str(key[1])
    if not 0 <= at_us < _LATEST_US or (line_id.startswith(_NUMBERED) and not _is_number(line_id[4:ID_CHARACTERS])):
        raise invalid_field("after", "cursor_wrong", "Pass the `next` of the page before.")
    return Behind(_EPOCH + at_us * _MICROSECOND, line_id)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) <= NUMBER_MAX


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
