"""Opening a database file safely: checked, brought up to date, or put aside when it cannot be used.

A file is current when its `user_version` is the number of migrations known here; only a file behind pays for the
import of sqlite-utils. A corrupt file, or one of a newer program, is renamed beside the new one and never deleted
before three newer ones have been put aside.
"""

import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

logger = logging.getLogger(__name__)

ASIDE_MAX = 3
ConnectionFactory = type[sqlite3.Connection]
Step = Callable[[Any], None]
Fault = Literal["corrupt", "newer"]


@dataclass(frozen=True, slots=True)
class FileKind:
    """What makes the two files different."""

    name: str
    is_exclusive: bool
    steps: Sequence[Step]


class UnusableFileError(Exception):
    """The file must be put aside: it is damaged, or a newer program wrote it."""

    def __init__(self, path: Path, fault: Fault, detail: str) -> None:
        super().__init__(f"{path} is {fault}: {detail}")
        self.fault: Fault = fault


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A writing connection, and where the file that it replaces was put, if there was one."""

    connection: sqlite3.Connection
    aside: Path | None
    fault: Fault | None


def open_or_replace(path: Path, kind: FileKind, factory: ConnectionFactory) -> OpenedFile:
    """Open `path` for writing; an unusable file is put aside and an empty one made in its place."""
    is_new = not path.exists()
    try:
        opened = OpenedFile(_open(path, kind, factory), None, None)
    except UnusableFileError as error:
        aside = _put_aside(path, error.fault)
        logger.error("%s; put aside as %s", error, aside.name)  # noqa: TRY400 - the text says it all
        opened = OpenedFile(_open(path, kind, factory), aside, error.fault)
    if is_new or opened.aside is not None:
        _sync_folder(path.parent)
    return opened


def open_for_reading(path: Path, factory: ConnectionFactory = sqlite3.Connection) -> sqlite3.Connection:
    """A connection that cannot write or checkpoint."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, factory=factory, timeout=1.0
    )
    connection.execute("PRAGMA query_only = ON")
    return connection


def _open(path: Path, kind: FileKind, factory: ConnectionFactory) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, factory=factory, timeout=1.0, cached_statements=64
    )
    try:
        _prepare(connection, path, kind)
    except sqlite3.DatabaseError as error:
        connection.close()
        if _is_about_the_moment(error):
            raise
        raise UnusableFileError(path, "corrupt", str(error)) from error
    except UnusableFileError:
        connection.close()
        raise
    return connection


def _is_about_the_moment(error: sqlite3.DatabaseError) -> bool:
    """Locked, full, not permitted: the file itself may be good, and must not be put aside."""
    return error.sqlite_errorname.split("_")[1] in {"BUSY", "LOCKED", "FULL", "IOERR", "PERM", "READONLY", "CANTOPEN"}


def _prepare(connection: sqlite3.Connection, path: Path, kind: FileKind) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(kind.steps):
        raise UnusableFileError(path, "newer", f"schema {version}, this program knows up to {len(kind.steps)}")
    findings = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
    if findings != ["ok"]:
        raise UnusableFileError(path, "corrupt", " ".join(str(findings[0]).split()))
    if kind.is_exclusive:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a commit is durable before it returns
    connection.execute("PRAGMA secure_delete = OFF")  # Debian builds it in; it rewrites what is deleted anyway
    connection.execute("PRAGMA journal_size_limit = 8388608")
    connection.execute("PRAGMA foreign_keys = ON")
    if version < len(kind.steps):
        _migrate(connection, kind)


def _migrate(connection: sqlite3.Connection, kind: FileKind) -> None:
    """All missing steps and the new version number in one transaction."""
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    migrations = Migrations(kind.name)
    for step in kind.steps:
        migrations()(step)
    database = Database(connection)
    with database.atomic():
        migrations.apply(database)
        connection.execute(f"PRAGMA user_version = {len(kind.steps)}")


def _put_aside(path: Path, fault: Fault) -> Path:
    taken = sorted(path.parent.glob(f"{path.name}.aside-*-????"), key=lambda aside: aside.name[-4:])
    for old in taken[: max(0, len(taken) - ASIDE_MAX + 1)]:
        for ending in ("", "-wal", "-shm"):
            old.with_name(old.name + ending).unlink(missing_ok=True)
    number = int(taken[-1].name[-4:]) + 1 if taken else 1
    aside = path.with_name(f"{path.name}.aside-{fault}-{number:04d}")
    for ending in ("-wal", "-shm", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside


def _sync_folder(folder: Path) -> None:
    """Make the names in it durable: SQLite syncs what is in a database, not that there is one."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
