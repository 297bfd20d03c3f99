"""Rows by the thousand, table by table, in the order in which foreign keys want them."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Table, insert

from cloud.database import Base, UnitOfWork

AT_ONCE: Final = 5000
_SQLITE_CACHE_KIB: Final = 262_144


class Batch:
    """Collects rows until they are written; all rows of a table name the same columns."""

    def __init__(self) -> None:
        self._rows: dict[Table, list[dict[str, Any]]] = {}

    def add(self, model: type[Base], **columns: Any) -> None:
        """One more row; tables are written in the order of their first row."""
        table = model.__table__
        assert isinstance(table, Table), "a model has a table of its own"
        self._rows.setdefault(table, []).append(columns)

    def write(self, session: UnitOfWork) -> int:
        """Insert all, and return how many rows they were."""
        rows = {table: self._rows.pop(table) for table in list(self._rows)}
        for table, own in rows.items():
            session.execute(insert(table), own)
        return sum(map(len, rows.values()))


def batches(count: int, size: int = AT_ONCE) -> Iterator[range]:
    """The numbers below `count` in pieces."""
    for start in range(0, count, size):
        yield range(start, min(count, start + size))


def prepare(session: UnitOfWork) -> None:
    """Let SQLite keep the indexes' pages in memory: people's rows are spread all over them."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql(f"PRAGMA cache_size = -{_SQLITE_CACHE_KIB}")


def seeded_id(prefix: str, number: int) -> str:
    """An id that is the same in every run, and sorts before those of `kit.ids`."""
    return f"{prefix}_{number:020d}"
