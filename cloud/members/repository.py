"""Queries on members."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, func, select, tuple_, union_all

from cloud.database import UnitOfWork
from cloud.kit.paging import Key
from cloud.members import search_index
from cloud.members.filters import EVERYBODY, MemberFilter, Order, conditions_of
from cloud.members.models import Member, MemberContact, MemberSite

_COMMON: Final = 2500
"""From so many on it is quicker to walk by name until a page is full than to sort them all."""
_MEMBER_IDS: Final[BindParameter[Sequence[str]]] = bindparam("member_ids", expanding=True)
_MANY: Final = select(Member).where(Member.id.in_(_MEMBER_IDS))
_SITES: Final = union_all(
    select(Member.id, Member.site_id).where(Member.id.in_(_MEMBER_IDS)),
    select(MemberSite.member_id, MemberSite.site_id).where(MemberSite.member_id.in_(_MEMBER_IDS)),
)
"""Both made once, this one without objects: every change about a member asks it twice."""


Narrow = Callable[[Select[*tuple[Any, ...]]], Select[*tuple[Any, ...]]]


def page_of(
    session: UnitOfWork,
    needles: Sequence[str],
    *,
    after: Key | None,
    limit: int,
    wanted: MemberFilter = EVERYBODY,
    order: Order = "name",
) -> Narrow:
    """What narrows a query about members to a page and sorts it.

    Members of the filter whose search text contains every needle, in an order, behind the sort key `after`.
    """
    parts = search_index.indexed_parts(session, needles)
    narrowed = conditions_of(wanted)
    is_rare = _is_rare(session, needles, parts, narrowed)
    conditions = [*_contains_all(needles), *narrowed]
    is_down = order.startswith("-")
    value = Member.sort_name if order.endswith("name") else Member.id
    if after is not None:
        key, place = tuple_(value, Member.id), tuple_(*after)
        conditions.append(key < place if is_down else key > place)
    if parts is not None and is_rare:
        conditions.append(search_index.matches(parts))
    # Few are found by the index of parts, or by reading the table once, and sorted: the order is then by an expression,
    # so that no index by name is walked, which costs a look-up for each row. The walk over ids alone costs none.
    has_hint = parts is not None or bool(narrowed)
    is_walked = not (needles or narrowed) or (has_hint and not is_rare)
    by = value if is_walked else value + ""
    page = select(Member.id).where(*conditions).order_by(*_directed(is_down, by, Member.id)).limit(limit)
    in_order = _directed(is_down, value + "", Member.id)
    return lambda query: query.where(Member.id.in_(page)).order_by(*in_order)


def sort_value(member: Member | Row[Any], order: Order) -> str:
    """By what a list in this order is sorted, before the id."""
    return str(member.sort_name if order.endswith("name") else member.id)


def count(session: UnitOfWork, needles: Sequence[str], wanted: MemberFilter = EVERYBODY) -> int:
    """How many members of the filter contain every needle."""
    parts = search_index.indexed_parts(session, needles)
    narrowed = conditions_of(wanted)
    if parts is not None and not narrowed and all(len(each) >= search_index.PART_CHARACTERS_MIN for each in needles):
        few = _count_few(session, parts)
        return few if few < _COMMON else search_index.count_matching(session, parts, most=-1)
    query = select(func.count()).select_from(Member).where(*_contains_all(needles), *narrowed)
    return session.scalar(query if parts is None else query.where(search_index.matches(parts))) or 0


def list_contacts(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[MemberContact]:
    """The further telephones and e-mail addresses of some members, in the order in which they were written."""
    return session.scalars(
        select(MemberContact).where(MemberContact.member_id.in_(member_ids)).order_by(MemberContact.position)
    ).all()


def find_many(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Member]:
    """The members with these ids, in no order."""
    if not member_ids:
        return []
    return session.scalars(_MANY, {"member_ids": [*member_ids]}).all()


def list_ids_of_site(session: UnitOfWork, site_id: str) -> Sequence[str]:
    """Everybody who uses a site, at home there or not."""
    also = select(MemberSite.member_id).where(MemberSite.site_id == site_id)
    return session.scalars(select(Member.id).where(Member.site_id == site_id).union(also)).all()


def list_sites(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Of each member the sites that they use, the home site among them; unknown ids are left out."""
    found: dict[str, set[str]] = {}
    for member_id, site_id in session.execute(_SITES, {"member_ids": [*member_ids]}):
        found.setdefault(member_id, set()).add(site_id)
    return {member_id: frozenset(site_ids) for member_id, site_ids in found.items()}


def list_other_sites(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Of each member the sites besides the home site; members without any are left out."""
    found: dict[str, set[str]] = {}
    for row in session.scalars(select(MemberSite).where(MemberSite.member_id.in_(member_ids))):
        found.setdefault(row.member_id, set()).add(row.site_id)
    return {member_id: frozenset(site_ids) for member_id, site_ids in found.items()}


def _contains_all(needles: Sequence[str]) -> list[ColumnElement[bool]]:
    return [Member.search_text.contains(needle, autoescape=True) for needle in needles]


def _is_rare(
    session: UnitOfWork, needles: Sequence[str], parts: str | None, narrowed: Sequence[ColumnElement[bool]]
) -> bool:
    """Whether few enough are found to sort them all."""
    if not narrowed:
        return parts is not None and _count_few(session, parts) < _COMMON
    some = select(Member.id).where(*_contains_all(needles), *narrowed)
    if parts is not None:
        some = some.where(search_index.matches(parts))
    return (session.scalar(select(func.count()).select_from(some.limit(_COMMON).subquery())) or 0) < _COMMON


def _count_few(session: UnitOfWork, parts: str) -> int:
    """How many contain all of the parts, counted up to `_COMMON`; the page and its count ask the same."""
    return session.once(("members with", parts), lambda: search_index.count_matching(session, parts, most=_COMMON))


def _directed(is_down: bool, *columns: Any) -> list[Any]:  # noqa: FBT001
    return [column.desc() if is_down else column for column in columns]
