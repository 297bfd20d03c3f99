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

PAGES_BETWEEN: Final = 4_000
"""About as many pages of the log between two copies: rare enough that hardly a change meets one (16 MB)."""
PAGES_OF_CHANGE: Final = 17
PAGES_OF_BATCH: Final = 300
"""What a change about a member writes, and what some batches of events do, about."""
LOG_PAGES_MAX: Final = 10_000
"""From there on (40 MB) a writer does it after all, so that the log does not grow without bounds."""
_logger = logging.getLogger(__name__)


class Checkpoints:
    """Copies the log of a database in a file after some commits, in a thread that begins with the first of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pages = 0
        self._is_due, self._is_over = threading.Event(), False
        self._thread: threading.Thread | None = None

    def note_commit(self, *, is_batch: bool) -> None:
        """A change was committed, or batches of events. For one writer at a time."""
        self._pages += PAGES_OF_BATCH if is_batch else PAGES_OF_CHANGE
        if self._pages < PAGES_BETWEEN:
            return
        self._pages = 0
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
