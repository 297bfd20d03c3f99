"""SQLite's log is brought to the disk before somebody is told that what they forget now is safe here.

Commits themselves do not wait for the disk. Whoever has to waits here, beside the writers: all that come while one
sync runs share the next one, so that hundreds of commits a second need far fewer.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from threading import Condition


class LogNotSyncedError(Exception):
    """The disk has failed to keep what was committed. It may never be told again, so nothing is safe from then on."""


class LogSync:
    """`sync` brings to the disk whatever was written before it was called; `waiting` is how many wait for the next one.

    Thread-safe.
    """

    def __init__(self, sync: Callable[[], None]) -> None:
        self._sync = sync
        self._changed = Condition()
        self._begun = self._done = 0
        self._is_running = False
        self._failure: OSError | None = None
        self.waiting = 0

    def wait(self) -> None:
        """Return when everything that was committed before this call is on the disk.

        Raises:
            LogNotSyncedError: the disk has failed, now or before.
        """
        with self._changed:
            mine = self._begun + 1  # one that runs already may have begun before the commit
            while self._done < mine:
                if self._is_running:
                    self.waiting += 1
                    self._changed.wait()
                    self.waiting -= 1
                else:
                    self._run()
            if self._failure is not None:
                raise LogNotSyncedError(f"the disk does not keep the database: {self._failure}") from self._failure

    def _run(self) -> None:
        """Sync for all who wait; the lock is held at the beginning and at the end, and not meanwhile."""
        self._begun, self._is_running = self._begun + 1, True
        self._changed.release()
        try:
            self._sync()
        except OSError as error:
            self._failure = error
        finally:
            self._changed.acquire()
            self._done, self._is_running = self._begun, False
            self._changed.notify_all()


def sync_of(database_file: Path) -> Callable[[], None]:
    """Brings the log of this database to the disk. Where there is none, all is in the database itself, and synced."""
    log = Path(f"{database_file}-wal")

    def sync() -> None:
        with contextlib.suppress(FileNotFoundError):
            number = os.open(log, os.O_RDONLY)
            try:
                os.fdatasync(number)
            finally:
                os.close(number)

    return sync
