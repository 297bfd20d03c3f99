"""Queries on members."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, select, tuple_

from cloud.database import UnitOfWork
from cloud.members import search_index
from cloud.members.models import Member

_COMMON: Final = 2500
"""From so many on a search walks through the list by name: of 100,000 members the walk then meets 50 about as soon as
the index of parts could be read and sorted."""


def find_page(
    session: UnitOfWork, needles: Sequence[str], *, after: tuple[str, str] | None, limit: int
) -> Sequence[Member]:
    """Members whose search text contains every needle, by name, behind the sort key `after`."""
    query = select(Member).where(*_contains_all(needles)).limit(limit)
    if after is not None:
        query = query.where(tuple_(Member.sort_name, Member.id) > after)
    parts = search_index.indexed_parts(session, needles)
    is_rare = parts is not None and search_index.count_matching(session, parts, most=_COMMON) < _COMMON
    if parts is not None and is_rare:
        query = query.where(search_index.matches(parts))
    # Somebody rare is sought in the index of parts, or by reading the table once, and sorted: the order is then by an
    # expression, for walking the index by name costs a look-up for each row. Who is common is soon met on that walk.
    is_walked = not needles or (parts is not None and not is_rare)
    name = Member.sort_name if is_walked else Member.sort_name + ""
    return session.scalars(query.order_by(name, Member.id)).all()


def count(session: UnitOfWork, needles: Sequence[str]) -> int:
    """How many members contain every needle."""
    parts = search_index.indexed_parts(session, needles)
    if parts is not None and all(len(needle) >= search_index.PART_CHARACTERS_MIN for needle in needles):
        return search_index.count_matching(session, parts, most=-1)
    query = select(func.count()).select_from(Member).where(*_contains_all(needles))
    return session.scalar(query if parts is None else query.where(search_index.matches(parts))) or 0


def find_many(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Member]:
    """The members with these ids, in no order."""
    return session.scalars(select(Member).where(Member.id.in_(member_ids))).all()


def _contains_all(needles: Sequence[str]) -> list[ColumnElement[bool]]:
    return [Member.search_text.contains(needle, autoescape=True) for needle in needles]
