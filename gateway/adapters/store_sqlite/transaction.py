"""A writing transaction as a `with` statement."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def transaction(connection: sqlite3.Connection, *, is_durable: bool = True) -> Iterator[sqlite3.Connection]:
    """BEGIN IMMEDIATE, then COMMIT; ROLLBACK when the block or the commit itself raises.

    One that is not durable waits for no sync of the disk: a power cut may undo it, until a later durable one is done.
    """
    with contextlib.nullcontext() if is_durable else _unsynced(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def _unsynced(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous = FULL")
