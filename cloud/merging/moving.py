"""Which rows name a member, and how they become another's: found in the tables themselves, none is forgotten."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Index, Table, UniqueConstraint, delete, select, update

from cloud.database import UnitOfWork
from cloud.errors import ConflictError
from cloud.tables import METADATA

LEFT_AS_THEY_ARE: Final = {
    "desired_row": "made anew from what the member has; what the gates knew of the old id is taken back",
    "past_row": "what the gates were told in their time: decisions of then are explained with it",
}
WITH_THEIR_OWN_WAY: Final = {"member_contact": "positions are counted anew"}


def columns_of_members() -> Iterator[Column[str]]:
    """Every column of the database that names a member."""
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if column.name == "member_id" or any(key.target_fullname == "member.id" for key in column.foreign_keys):
                yield column


def move_rows(session: UnitOfWork, old_id: str, new_id: str) -> None:
    """Let every row that names one member name another. Of what each has once, the other's own stays.

    Raises:
        ConflictError: both have something that one person may have once, e.g. a seat in the same session.
    """
    for column in columns_of_members():
        table = column.table
        assert isinstance(table, Table), "columns of tables"
        if table.name in LEFT_AS_THEY_ARE or table.name in WITH_THEIR_OWN_WAY:
            continue
        if column.primary_key:
            _drop_what_both_have(session, column, old_id, new_id)
        _refuse_what_both_have(session, column, old_id, new_id)
        session.execute(update(table).where(column == old_id).values({column.name: new_id}))


def _drop_what_both_have(session: UnitOfWork, column: Column[str], old_id: str, new_id: str) -> None:
    table = column.table
    assert isinstance(table, Table), "columns of tables"
    other = table.alias()
    rest = [other.c[each.name] == each for each in table.primary_key.columns if each.name != column.name]
    same: ColumnElement[bool] = select(other).where(other.c[column.name] == new_id, *rest).correlate(table).exists()
    session.execute(delete(table).where(column == old_id, same))


def _refuse_what_both_have(session: UnitOfWork, column: Column[str], old_id: str, new_id: str) -> None:
    table = column.table
    assert isinstance(table, Table), "columns of tables"
    for columns, where in _unique_together(table, column):
        acting = () if where is None else (where,)
        own = select(*columns).where(column == old_id, *acting).subquery()
        others = [each for each in columns if each.name != column.name]
        same = select(table).where(column == new_id, *acting, *(each == own.c[each.name] for each in others))
        if session.execute(select(same.exists())).scalar():
            raise ConflictError("merge_conflict", f"Both are in {table.name}, where one person can be once.")


def _unique_together(table: Table, column: Column[str]) -> Iterator[tuple[list[Column[Any]], Any]]:
    for rule in (*table.constraints, *table.indexes):
        if isinstance(rule, UniqueConstraint) and column.name in rule.columns:
            yield list(rule.columns), None
        if isinstance(rule, Index) and rule.unique and column.name in rule.columns:
            yield list(rule.columns), rule.dialect_options["sqlite"].get("where")
