"""Queries on flags."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from cloud.database import UnitOfWork
from cloud.flags.models import Flag


def list_standing(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Flag]:
    """The flags of some members that nobody has cleared, the newest first."""
    return session.scalars(
        select(Flag).where(Flag.member_id.in_(member_ids), Flag.cleared_at.is_(None)).order_by(Flag.id.desc())
    ).all()


def find_page(session: UnitOfWork, member_id: str, *, before_id: str | None, limit: int) -> Sequence[Flag]:
    """A member's flags, cleared ones too, the newest first, older than `before_id`."""
    query = select(Flag).where(Flag.member_id == member_id).order_by(Flag.id.desc()).limit(limit)
    return session.scalars(query if before_id is None else query.where(Flag.id < before_id)).all()
