"""Queries on flags."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from cloud.database import UnitOfWork
from cloud.flags.models import Flag
from cloud.kit.paging import Page
from cloud.listing import page_by_id


def list_standing(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Flag]:
    """The flags of some members that nobody has cleared, the newest first."""
    return session.scalars(
        select(Flag).where(Flag.member_id.in_(member_ids), Flag.cleared_at.is_(None)).order_by(Flag.id.desc())
    ).all()


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Flag]:
    """A member's flags, cleared ones too, the newest first."""
    query = select(Flag).where(Flag.member_id == member_id)
    return page_by_id(session, query, Flag.id, after=after, limit=limit)
