"""What flags tell of a member's past: raised, lifted."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from cloud.database import UnitOfWork
from cloud.flags.models import Flag
from cloud.past import Behind, PastLine, Source, is_behind

_LIFTED: Final = ".lifted"


def _read_raised(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
    query = (
        select(Flag)
        .where(Flag.member_id == member_id, is_behind(Flag.raised_at, Flag.id, behind))
        .order_by(Flag.raised_at.desc(), Flag.id.desc())
        .limit(limit)
    )
    return [
        PastLine(
            flag.raised_at, flag.id, "flag", f"{flag.effect}_raised", who=flag.raised_by, facts={"texts": flag.texts}
        )
        for flag in session.scalars(query)
    ]


def _read_lifted(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
    query = (
        select(Flag)
        .where(Flag.member_id == member_id, Flag.cleared_at.is_not(None))
        .where(is_behind(Flag.cleared_at, Flag.id, behind, suffix=_LIFTED))
        .order_by(Flag.cleared_at.desc(), Flag.id.desc())
        .limit(limit)
    )
    return [
        PastLine(
            flag.cleared_at,
            flag.id + _LIFTED,
            "flag",
            f"{flag.effect}_lifted",
            who=flag.cleared_by or "",
            facts={"texts": flag.texts},
        )
        for flag in session.scalars(query)
        if flag.cleared_at is not None
    ]


SOURCES: Final = (Source("flag", "members.read", _read_raised), Source("flag", "members.read", _read_lifted))
