"""Two transactions on PostgreSQL at the same time, one of which waits for the other."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from sqlalchemy import text

from cloud.database import Database, UnitOfWork

PATIENCE_S: Final = 30
_WAITING: Final = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
Write = Callable[[UnitOfWork], object]


def until_somebody_waits(session: UnitOfWork) -> None:
    """Return when another transaction waits for a lock; AssertionError if none does."""
    deadline = time.monotonic() + PATIENCE_S
    while not session.execute(text(_WAITING)).scalar():
        session.execute(text("SELECT pg_stat_clear_snapshot()"))
        assert time.monotonic() < deadline, "nobody waits"


@contextmanager
def writing_beside(database: Database) -> Iterator[Callable[[Write], Future[None]]]:
    """What does something in a transaction of its own, at the same time."""

    def do(write: Write) -> None:
        with database.transaction() as session:
            write(session)

    with ThreadPoolExecutor(1) as others:
        yield lambda write: others.submit(do, write)
