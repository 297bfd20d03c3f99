"""Queries on flags."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import bindparam, select

from cloud.database import UnitOfWork
from cloud.flags.models import Flag
from cloud.kit.paging import Page
from cloud.listing import page_by_id

_STANDING: Final = (
    select(Flag)
    .where(Flag.member_id.in_(bindparam("member_ids", expanding=True)), Flag.cleared_at.is_(None))
    .order_by(Flag.id.desc())
)
"""Made once: every list of members and every change about one asks it."""


def list_standing(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Flag]:
    """The flags of some members that nobody has cleared, the newest first."""
    return session.scalars(_STANDING, {"member_ids": [*member_ids]}).all()


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Flag]:
    """A member's flags, cleared ones too, the newest first."""
    query = select(Flag).where(Flag.member_id == member_id)
    return page_by_id(session, query, Flag.id, after=after, limit=limit)
