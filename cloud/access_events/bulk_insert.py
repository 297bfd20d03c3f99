"""Many events at once into SQLite, for backlogs: column by column, with half the work that SQLAlchemy has row by row.

Statement and conversions are SQLAlchemy's own; only the going through the rows is ours.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import Connection, Table, insert
from sqlalchemy.dialects import sqlite

from cloud.access_events.models import AccessEvent

TABLE: Final = cast("Table", AccessEvent.__table__)
_COLUMNS: Final = tuple(column for column in TABLE.columns if not column.primary_key)
_STATEMENT: Final = str(
    insert(TABLE).compile(dialect=sqlite.dialect(), column_keys=[column.name for column in _COLUMNS])
)


def insert_into_sqlite(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert events; each row has all columns but the id."""
    dialect = connection.dialect
    columns = []
    for column in _COLUMNS:
        values = [row[column.name] for row in rows]
        convert = column.type.dialect_impl(dialect).bind_processor(dialect)
        columns.append(values if convert is None else _converted(values, convert))
    connection.exec_driver_sql(_STATEMENT, list(zip(*columns, strict=True)))


def _converted(values: list[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Each value converted; one that all rows share only once."""
    first = values[0]
    if all(value is first for value in values):
        return [convert(first)] * len(values)
    return [convert(value) for value in values]
