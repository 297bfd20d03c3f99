"""Queries on members."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, func, select, tuple_

from cloud.database import UnitOfWork
from cloud.members.models import Member


def find_page(
    session: UnitOfWork, needles: Sequence[str], *, after: tuple[str, str] | None, limit: int
) -> Sequence[Member]:
    """Members whose search text contains every needle, by name, behind the sort key `after`."""
    # With needles the order is by an expression, so that the table is read through and sorted: walking the index by
    # name to find somebody rare costs ten times as much, a look-up for each row.
    name = Member.sort_name + "" if needles else Member.sort_name
    query = select(Member).where(*_contains_all(needles)).order_by(name, Member.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(Member.sort_name, Member.id) > after)
    return session.scalars(query).all()


def count(session: UnitOfWork, needles: Sequence[str]) -> int:
    """How many members contain every needle."""
    return session.scalar(select(func.count()).select_from(Member).where(*_contains_all(needles))) or 0


def find_many(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Member]:
    """The members with these ids, in no order."""
    return session.scalars(select(Member).where(Member.id.in_(member_ids))).all()


def _contains_all(needles: Sequence[str]) -> list[ColumnElement[bool]]:
    return [Member.search_text.contains(needle, autoescape=True) for needle in needles]
