"""What flags tell of a member's past: raised, lifted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from cloud.database import UnitOfWork
from cloud.flags.models import Flag
from cloud.past import PastLine, Source, Wanted, newest_moments

_LIFTED: Final = ".lifted"
_MOMENTS: Final = {"": Flag.raised_at, _LIFTED: Flag.cleared_at}


def _read(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    moments = newest_moments(Flag.id, Flag.member_id == wanted.member_id, _MOMENTS, wanted)
    query = select(Flag, moments.suffix, moments.at).join(Flag, Flag.id == moments.row_id).order_by(*moments.order)
    return [_line(flag, suffix, at) for flag, suffix, at in session.execute(query)]


def _line(flag: Flag, suffix: str, at: datetime) -> PastLine:
    what, who = ("lifted", flag.cleared_by or "") if suffix else ("raised", flag.raised_by)
    return PastLine(at, flag.id + suffix, "flag", f"{flag.effect}_{what}", who=who, facts={"texts": flag.texts})


SOURCES: Final = (Source(("flag",), "members.read", _read),)
