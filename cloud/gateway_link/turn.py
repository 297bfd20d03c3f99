"""Whose turn it is to keep the link: one process at a time, for the broker lets in one client of a name.

The lock lives where the data lives and ends with its holder, also with one that is killed: on SQLite the lock of a file
beside the database, on PostgreSQL an advisory lock of a connection of its own.
"""

import fcntl
import os
from typing import Final, Protocol

from sqlalchemy import text
from sqlalchemy.engine import Connection

from cloud.database import DATABASE_FAULTS, Database

_LOCK: Final = 7_306_002


class Turn(Protocol):
    """The right to keep the link."""

    def is_kept(self) -> bool:
        """Whether nobody else can have taken it meanwhile."""
        ...

    def end(self) -> None:
        """Let somebody else have it."""
        ...


def take_turn(database: Database) -> Turn | None:
    """The turn, or None as long as another process has it, or the database is away."""
    if database.engine.dialect.name == "postgresql":
        return _take_advisory_lock(database)
    return _take_file_lock(database.engine.url.database)


class _FileTurn:
    """Closing the file, by whatever end, lets go of its lock."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def is_kept(self) -> bool:
        return True

    def end(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)


class _ConnectionTurn:
    """The server lets go of the lock when it loses the connection; then asking over it fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_kept(self) -> bool:
        try:
            self._connection.execute(text("SELECT 1"))
        except DATABASE_FAULTS:
            return False
        return True

    def end(self) -> None:
        self._connection.close()


def _take_file_lock(path: str | None) -> Turn | None:
    if path in {None, "", ":memory:"}:
        return _FileTurn(None)  # nobody else can reach a database in memory
    descriptor = os.open(f"{path}-link", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return _FileTurn(descriptor)


def _take_advisory_lock(database: Database) -> Turn | None:
    try:
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        if connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}):
            return _ConnectionTurn(connection)
        connection.close()
    except DATABASE_FAULTS:
        return None
    return None
