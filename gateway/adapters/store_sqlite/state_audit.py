"""Reads the whole state in force once after each start, a few rows at a time, to find damage that nothing else sees.

SQLite's own check looks at the structure of a file, not at what is in it: a bit that fell over in a name or a date, or
a write that the card lost while it said otherwise, stays unseen. The digest that the state came with does see it.
"""

import sqlite3
from typing import Literal

from sync_protocol.digest import Digest
from sync_protocol.errors import DECODE_FAULTS
from sync_protocol.state_rows import CredentialRow, FlagRow, parse_row, row_key

ROWS_AT_ONCE = 100

Finding = Literal["reading", "sound", "damaged"]


class StateAudit:
    """One pass over one revision; it begins again when another revision comes in force on the way."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._begin((0, 0))

    def read_on(self, generation: int, revision: int, kept: Digest) -> Finding:
        """Read the next rows of this state and compare at the end with the digest that was kept."""
        if (generation, revision) != self._subject:
            self._begin((generation, revision))
        try:
            return self._read_rows(generation, kept)
        except (sqlite3.DatabaseError, _WrongPlaceError):
            return "damaged"

    def _begin(self, subject: tuple[int, int]) -> None:
        self._subject = subject
        self._after_key = ""
        self._digest = Digest()
        self._flags = 0

    def _read_rows(self, generation: int, kept: Digest) -> Finding:
        rows = self._connection.execute(
            "SELECT key, member_id, body FROM state_row WHERE generation = ? AND key > ? ORDER BY key LIMIT ?",
            (generation, self._after_key, ROWS_AT_ONCE),
        ).fetchall()
        for key, member_id, body in rows:
            self._digest.add(key, body)
            self._check_place(generation, key, member_id, body)
            self._after_key = key
        if rows:
            return "reading"
        (flags,) = self._connection.execute(
            "SELECT count(*) FROM member_flag WHERE generation = ?", (generation,)
        ).fetchone()
        is_sound = flags == self._flags and self._digest.to_bytes() == kept.to_bytes()
        return "sound" if is_sound else "damaged"

    def _check_place(self, generation: int, key: str, member_id: str | None, body: bytes) -> None:
        if not is_in_place(self._connection, generation, key, member_id, body):
            raise _WrongPlaceError
        self._flags += key.startswith("flag/")


def is_in_place(connection: sqlite3.Connection, generation: int, key: str, member_id: str | None, body: bytes) -> bool:
    """Whether a row is found by its own key and by its own member: the tap looks it up by both."""
    try:
        row = parse_row(body)
    except DECODE_FAULTS:
        return False
    holder = row.member_id if isinstance(row, CredentialRow | FlagRow) else None
    if row_key(row) != key or holder != member_id:
        return False
    if not isinstance(row, FlagRow):
        return True
    place = (generation, row.member_id, key)
    query = "SELECT 1 FROM member_flag WHERE generation = ? AND member_id = ? AND key = ?"
    return connection.execute(query, place).fetchone() is not None


class _WrongPlaceError(Exception):
    """A row is not where it is looked for."""
