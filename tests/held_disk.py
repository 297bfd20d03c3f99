"""A disk that answers when it is let go: whoever waits for it shows, however fast or busy the machine is."""

import sqlite3
import threading
import time
from typing import Any, Final

LIMIT_S: Final = 10


class HeldDisk:
    """Each sync waits until the disk is let go, and takes `sync_s` then.

    `was_let_go` is False when a sync has waited in vain: then who should let the disk go waited for the disk.
    """

    def __init__(self, sync_s: float = 0.0) -> None:
        self._sync_s = sync_s
        self._answers = threading.Event()
        self._answers.set()
        self.was_let_go = True

    def hold(self) -> None:
        self._answers.clear()

    def let_go(self) -> None:
        self._answers.set()

    def sync(self) -> None:
        self.was_let_go &= self._answers.wait(LIMIT_S)
        time.sleep(self._sync_s)

    @property
    def connection_type(self) -> type[sqlite3.Connection]:
        """Connections of SQLite whose commits wait for this disk."""
        disk = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
                if sql == "COMMIT":
                    disk.sync()
                return super().execute(sql, *arguments)

        return Connection
