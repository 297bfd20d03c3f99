"""Whose turn it is to keep the link: one process at a time of each name, for the broker lets in one client of a name.

The lock lives where the data lives and ends with its holder, also with one that is killed: on SQLite the lock of a file
beside the database, for all names together, on PostgreSQL an advisory lock of a connection of its own. There the
processes with other names share the sites (`share`).
"""

import asyncio
import fcntl
import logging
import os
from typing import Final, Protocol
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.engine import Connection

from cloud.database import DATABASE_FAULTS, Database
from cloud.gateway_link.threads import in_link_thread

CHECKED_EVERY_S: Final = 1.0
_LOCK: Final = 7_306_002
_KEEPALIVES: Final = ("tcp_keepalives_idle = 5", "tcp_keepalives_interval = 2", "tcp_keepalives_count = 3")
"""The server lets go of the lock of a machine that vanished after 11 s, instead of two hours."""
_logger = logging.getLogger(__name__)


class Turn(Protocol):
    """The right to keep the link."""

    def is_kept(self) -> bool:
        """Whether nobody else can have taken it meanwhile."""
        ...

    def end(self) -> None:
        """Let somebody else have it."""
        ...


def is_shared(database: Database) -> bool:
    """Whether processes of different names can have their turns at once."""
    return database.engine.dialect.name == "postgresql"


def take_turn(database: Database, name: str) -> Turn | None:
    """The turn under this name, or None as long as another process has it, or the database is away."""
    if is_shared(database):
        return _take_advisory_lock(database, name)
    return _take_file_lock(database.engine.url.database)


async def await_turn(database: Database, name: str) -> Turn:
    """The turn, as soon as nobody else has it."""
    is_told = False
    while True:
        turn = await in_link_thread(lambda: take_turn(database, name))
        if turn is not None:
            return turn
        if not is_told:
            _logger.info("another process keeps the link to the gateways as %s; this one stands by", name)
            is_told = True
        await asyncio.sleep(CHECKED_EVERY_S)


async def keep_turn(turn: Turn) -> None:
    """Return when somebody else may take the turn."""
    is_kept = True
    while is_kept:
        await asyncio.sleep(CHECKED_EVERY_S)
        is_kept = await in_link_thread(turn.is_kept)
    _logger.warning("the database no longer knows that this process keeps the link; it is given up")


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


def _take_advisory_lock(database: Database, name: str) -> Turn | None:
    try:
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        for keepalive in _KEEPALIVES:
            connection.execute(text(f"SET {keepalive}"))
        locks = {"lock": _LOCK, "name": crc32(name.encode()) - 2**31}  # two signed 32-bit numbers
        if connection.scalar(text("SELECT pg_try_advisory_lock(:lock, :name)"), locks):
            return _ConnectionTurn(connection)
        connection.close()
    except DATABASE_FAULTS:
        return None
    return None
