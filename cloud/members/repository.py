"""Queries on members."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, select, tuple_

from cloud.database import UnitOfWork
from cloud.kit.paging import Key
from cloud.members import search_index
from cloud.members.models import Member, MemberSite

_COMMON: Final = 2500
"""From so many on it is quicker to walk by name until a page is full than to sort them all."""


def find_page(session: UnitOfWork, needles: Sequence[str], *, after: Key | None, limit: int) -> Sequence[Member]:
    """Members whose search text contains every needle, by name, behind the sort key `after`."""
    parts = search_index.indexed_parts(session, needles)
    is_rare = parts is not None and search_index.count_matching(session, parts, most=_COMMON) < _COMMON
    conditions = _contains_all(needles)
    if after is not None:
        conditions.append(tuple_(Member.sort_name, Member.id) > after)
    if parts is not None and is_rare:
        conditions.append(search_index.matches(parts))
    # Few are found by the index of parts, or by reading the table once, and sorted: the order is then by an expression,
    # so that no index by name is walked, which costs a look-up for each row. The walk over ids alone costs none.
    is_walked = not needles or (parts is not None and not is_rare)
    name = Member.sort_name if is_walked else Member.sort_name + ""
    page = select(Member.id).where(*conditions).order_by(name, Member.id).limit(limit)
    return session.scalars(select(Member).where(Member.id.in_(page)).order_by(Member.sort_name + "", Member.id)).all()


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


def list_ids_of_site(session: UnitOfWork, site_id: str) -> Sequence[str]:
    """Everybody who uses a site, at home there or not."""
    also = select(MemberSite.member_id).where(MemberSite.site_id == site_id)
    return session.scalars(select(Member.id).where(Member.site_id == site_id).union(also)).all()


def list_other_sites(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Of each member the sites besides the home site; members without any are left out."""
    found: dict[str, set[str]] = {}
    for row in session.scalars(select(MemberSite).where(MemberSite.member_id.in_(member_ids))):
        found.setdefault(row.member_id, set()).add(row.site_id)
    return {member_id: frozenset(site_ids) for member_id, site_ids in found.items()}


def _contains_all(needles: Sequence[str]) -> list[ColumnElement[bool]]:
    return [Member.search_text.contains(needle, autoescape=True) for needle in needles]
