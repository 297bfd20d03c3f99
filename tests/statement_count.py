"""Counts what is said to a database: how a test finds a list that asks once for each of its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from cloud.database import Database


@dataclass
class StatementCount:
    """The statements, in their order."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def counted_statements(database: Database) -> Iterator[StatementCount]:
    """Everything that is said to the database inside the block, by any thread; commits do not count."""
    count = StatementCount()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        count.statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield count
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
