"""SQLite's log is copied into the database beside whoever writes, not by them.

SQLite itself lets the writer do it whose commit makes the log 1000 pages long: two syncs of the disk, 15 to 35 ms that
one change in sixty waits for. Here a thread does it; only a log that it cannot keep short is left to the writer.
"""

import logging
import sqlite3
import threading
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

COMMITS_BETWEEN: Final = 50
"""About as many as fill 1000 pages."""
LOG_PAGES_MAX: Final = 10_000
"""From there on (40 MB) a writer does it after all, so that the log does not grow without bounds."""
_logger = logging.getLogger(__name__)


class Checkpoints:
    """Copies the log of a database in a file after some commits, in a thread that begins with the first of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._commits = 0
        self._is_due, self._is_over = threading.Event(), False
        self._thread: threading.Thread | None = None

    def note_commit(self) -> None:
        """Something was committed. For one writer at a time."""
        self._commits += 1
        if self._commits < COMMITS_BETWEEN:
            return
        self._commits = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
            self._thread.start()
        self._is_due.set()

    def close(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._is_over = True
            self._is_due.set()
            self._thread.join()

    def _run(self) -> None:
        while True:
            self._is_due.wait()
            self._is_due.clear()
            if self._is_over:
                return
            try:
                self._copy()
            except (SQLAlchemyError, sqlite3.Error) as error:
                _logger.warning("the log is not copied into the database now: %s", error)

    def _copy(self) -> None:
        """What was committed so far, but for what somebody still reads as it was before; nobody waits for it."""
        connection = self._engine.raw_connection()  # outside of any transaction
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").close()
        finally:
            connection.close()
