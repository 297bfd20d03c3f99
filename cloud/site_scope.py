"""Which sites a request is about, and lists that show only the sites that somebody may see.

For staff with another role at some sites: what a request names (a member, a lane, a contract) belongs to sites, found
along the tables' foreign keys. What is read for a list is narrowed to the sites where they may read it.
"""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, Table, event, or_, select
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria

from cloud.database import Base, UnitOfWork
from cloud.kit.whole_numbers import parse_whole
from cloud.members.models import Member, MemberSite
from cloud.plain_rows import VISIBLE_SITES
from cloud.staff.site_rights import VisibleSites
from cloud.tables import METADATA

STEPS_MAX: Final = 4
# What a name in an address stands for, where it is not the table of that name.
_TABLES: Final = {
    "level_id": "access_level",
    "command_id": "gate_command",
    "event_id": "access_event",
    "session_id": "class_session",
    "entry_id": "waiting_entry",
    "exchange_id": "phone_exchange",
    "relative_id": "member",
}
# The columns that lead towards a site, the nearest way first.
_WAYS: Final = ("site_id", "member_id", "lane_id", "gateway_id", "contract_id", "instalment_id", "task_id")


def sites_of_path(session: UnitOfWork, names: Mapping[str, str]) -> list[frozenset[str]]:
    """The sites of each thing that an address names; what belongs to no site is left out."""
    found = [_sites_of_name(session, name, str(value)) for name, value in names.items()]
    return [frozenset(site_ids) for site_ids in found if site_ids]


def _sites_of_name(session: UnitOfWork, name: str, value: str) -> set[str]:
    if name == "site_id":
        return {value}
    table = METADATA.tables.get(_TABLES.get(name, name.removesuffix("_id")))
    return set() if table is None else _sites_of(session, table, value, STEPS_MAX)


def _sites_of(session: UnitOfWork, table: Table, value: str, steps: int) -> set[str]:
    way = next((column for column in _WAYS if column in table.c), None)
    key = table.c.get("id")
    if way is None or key is None or steps == 0:
        return set()
    wanted = parse_whole(value) if key.type.python_type is int else value
    if wanted is None:
        return set()
    target = session.execute(select(table.c[way]).where(key == wanted)).scalar()
    if target is None:
        return set()
    if way != "site_id":
        return _sites_of(session, METADATA.tables[way.removesuffix("_id")], target, steps - 1)
    others = session.scalars(select(MemberSite.site_id).where(MemberSite.member_id == value))
    return {target, *(others if table.name == "member" else ())}


@event.listens_for(UnitOfWork, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    """Add the sites that may be seen to every query of a session that is bound to them."""
    holder = state.session.info.get(VISIBLE_SITES)
    visible: VisibleSites | None = getattr(holder, VISIBLE_SITES, None)
    if visible is None or not state.is_select or state.is_column_load:
        return
    options = []
    for mapper in Base.registry.mappers:
        table = mapper.local_table
        assert isinstance(table, Table), "every model has a table of its own"
        if table.name == "site":
            condition = _within(visible, table.c.id)
        elif table.name == "member":
            condition = _of_member(visible, table.c.id)
        elif "site_id" in table.c and table.name not in {"member_site", "staff_site_role"}:
            condition = _within(visible, table.c.site_id)
        elif "member_id" in table.c:
            condition = _of_member(visible, table.c.member_id)
        else:
            continue
        options.append(with_loader_criteria(mapper.class_, condition))
    state.statement = state.statement.options(*options)


def _within(visible: VisibleSites, column: ColumnElement[str]) -> ColumnElement[bool]:
    return column.in_(visible.site_ids) if visible.is_only else column.not_in(visible.site_ids)


def _of_member(visible: VisibleSites, column: ColumnElement[str]) -> ColumnElement[bool]:
    homes, others = Member.__table__, MemberSite.__table__
    at_home = select(homes.c.id).where(_within(visible, homes.c.site_id))
    elsewhere = select(others.c.member_id).where(_within(visible, others.c.site_id))
    return or_(column.in_(at_home), column.in_(elsewhere))
