"""Who waits for a lock of PostgreSQL."""

import time
from typing import Final

from sqlalchemy import text

from cloud.database import UnitOfWork

PATIENCE_S: Final = 30
_WAITING: Final = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def until_somebody_waits(session: UnitOfWork) -> None:
    """Return when another transaction waits for a lock; AssertionError if none does."""
    deadline = time.monotonic() + PATIENCE_S
    while not session.execute(text(_WAITING)).scalar():
        session.execute(text("SELECT pg_stat_clear_snapshot()"))
        assert time.monotonic() < deadline, "nobody waits"
