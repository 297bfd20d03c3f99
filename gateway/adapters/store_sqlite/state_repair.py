"""Mends the buckets of the state in force that are not what the cloud has, without fetching the whole again.

The rows are counted as they are found on the disk, a few at a time; the cloud answers with all rows of the buckets that
differ. A row that no tap would find, or that is not what its key says, does not count, and is taken away.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.adapters.store_sqlite.state_audit import is_in_place
from sync_protocol.digest import Digest, bucket_of
from sync_protocol.messages import BucketRepair
from sync_protocol.state_rows import StateRow

ROWS_AT_ONCE = 500
STRAYS_MAX = 1_000
PARTS_MAX = 64
"""With 64 KiB each as much as a thread may hold at once; the cloud sends fewer, or a snapshot."""


class TooManyStraysError(Exception):
    """So much is in disorder that only the whole state helps."""


@dataclass(slots=True)
class BucketCount:
    """What the rows of one generation add up to, read from `after_key` on."""

    generation: int
    revision: int
    digest: Digest = field(default_factory=Digest)
    strays: list[str] = field(default_factory=list)
    after_key: str = ""

    def read_on(self, connection: sqlite3.Connection) -> bool:
        """Count some rows more; False when there are none.

        Raises:
            TooManyStraysError, sqlite3.DatabaseError: the rows cannot be counted.
        """
        rows = connection.execute(
            "SELECT key, member_id, body FROM state_row WHERE generation = ? AND key > ? ORDER BY key LIMIT ?",
            (self.generation, self.after_key, ROWS_AT_ONCE),
        ).fetchall()
        for key, member_id, body in rows:
            if is_in_place(connection, self.generation, key, member_id, body):
                self.digest.add(key, body)
            else:
                self.strays.append(key)
            self.after_key = key
        if len(self.strays) > STRAYS_MAX:
            raise TooManyStraysError
        return bool(rows)


class RepairParts:
    """The parts of one repair, put together in memory: after a restart the gateway counts anew."""

    def __init__(self) -> None:
        self._parts: list[BucketRepair] = []

    def add(self, part: BucketRepair) -> tuple[StateRow, ...] | None:
        """All rows, once the last part is there; a part that does not continue the others makes them forgotten."""
        if part.index == 0:
            self._parts = []
        if part.index != len(self._parts) or not part.index < part.count <= PARTS_MAX or not self._is_same(part):
            self._parts = []
            return None
        self._parts.append(part)
        if len(self._parts) < part.count:
            return None
        rows = tuple(row for each in self._parts for row in each.rows)
        self._parts = []
        return rows

    def _is_same(self, part: BucketRepair) -> bool:
        return all(_head_of(each) == _head_of(part) for each in self._parts[:1])


def _head_of(part: BucketRepair) -> tuple[object, ...]:
    return part.from_revision, part.to_revision, part.count, part.digest_root, part.buckets


def digest_after(count: BucketCount, buckets: Iterable[int], rows: Sequence[tuple[str, bytes]]) -> Digest:
    """What was counted, with these rows in place of all others of these buckets."""
    digest = Digest(count.digest.to_bytes())
    for bucket in buckets:
        digest.clear(bucket)
    for key, body in rows:
        digest.add(key, body)
    return digest


def clear_buckets(connection: sqlite3.Connection, count: BucketCount, buckets: frozenset[int]) -> None:
    """Delete what is in these buckets, the rows that did not count, and flags that lead to no row."""
    generation = count.generation
    in_buckets = [
        key
        for (key,) in connection.execute("SELECT key FROM state_row WHERE generation = ?", (generation,))
        if bucket_of(key) in buckets
    ]
    connection.executemany(
        "DELETE FROM state_row WHERE generation = ? AND key = ?",
        ((generation, key) for key in (*in_buckets, *count.strays)),
    )
    connection.execute(
        """DELETE FROM member_flag WHERE generation = ?1 AND NOT EXISTS (
             SELECT 1 FROM state_row WHERE generation = ?1 AND state_row.key = member_flag.key
               AND state_row.member_id IS member_flag.member_id)""",
        (generation,),
    )
