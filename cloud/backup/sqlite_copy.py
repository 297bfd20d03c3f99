"""SQLite: copies by its online backup, which sees one moment and lets writers go on."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from cloud.backup.errors import BackupError

_BESIDE: Final = ("-wal", "-shm", "-journal")
MAGIC: Final = b"SQLite format 3\x00"


def copy(source: Path, target: Path) -> None:
    """Copy a database, which may be in use, to a new file for its owner alone, and check the copy.

    Raises:
        BackupError: one of the files cannot be used, or the copy is damaged; there is no copy then.
    """
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise BackupError(f"{target}: {error.strerror}") from error
    try:
        with closing(_open(source)) as original, closing(sqlite3.connect(target)) as made:
            original.backup(made)
            made.execute("PRAGMA journal_mode=DELETE")  # one file, without others beside it
            (verdict,) = made.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        target.unlink()
        raise BackupError(f"{source} cannot be copied: {error}") from error
    if verdict != "ok":
        target.unlink()
        raise BackupError(f"{source} is damaged: {verdict}")


def close_off(target: Path) -> None:
    """Take the files beside a database back into it, which SQLite does only for its sole user.

    Raises:
        BackupError: somebody has it open, or it is no database.
    """
    try:
        with closing(sqlite3.connect(target, timeout=0)) as database:
            database.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        raise BackupError(f"{target} is in use ({error}): stop the service first") from error
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{target} is no database: move it away first, with the files beside it") from error


def check_alone(target: Path) -> None:
    """See that nothing is left of a database that stood at this place: SQLite would write its changes into the next.

    Raises:
        BackupError: a file is left beside it.
    """
    for ending in _BESIDE:
        if (left := target.with_name(target.name + ending)).exists():
            raise BackupError(f"{left} is left of a database that is gone: move it away, too")


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)
