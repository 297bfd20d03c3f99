"""entitlements.db as the writer's thread sees it: deltas, staged snapshots and what is left of earlier generations.

Each call is one transaction. `summary` is replaced after a commit and may be read from any thread. What comes in force
is durable before it is called so: staff are shown that a block works, and no power cut may take that back.
"""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gateway.adapters.store_sqlite.database_file import FileKind
from gateway.adapters.store_sqlite.schema import entitlements as schema
from gateway.adapters.store_sqlite.state_audit import StateAudit
from gateway.adapters.store_sqlite.transaction import transaction
from sync_protocol.digest import Digest
from sync_protocol.messages import Delta, SnapshotChunk, StagedSnapshot
from sync_protocol.state_rows import CredentialRow, FlagRow, SiteRow, StateRow, encode_row, row_key

logger = logging.getLogger(__name__)

KIND = FileKind("gateway entitlements", is_exclusive=False, steps=schema.STEPS)
PURGE_ROWS = 500
_TABLES = (("state_row", "key"), ("member_flag", "member_id"))
_NUMBER_MAX = 2**62


class _WrongRowsError(Exception):
    """The rows do not make the state that their sender meant."""


@dataclass(frozen=True, slots=True)
class StateSummary:
    """What is in force, how much of a snapshot is waiting, and whether the rows are not what they should be."""

    revision: int
    digest_root: bytes
    staged: StagedSnapshot | None
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class _Generation:
    """The rows of one state; `site_key` is empty as long as it has no site row."""

    number: int
    site_key: str
    digest: Digest


class StateFile:
    """Owned by one thread after start."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        number, revision, site_key, digest = connection.execute(
            "SELECT generation, revision, site_key, digest FROM state"
        ).fetchone()
        self._live = _Generation(number, site_key, Digest(digest))
        self._is_tidy = False
        self._audit: StateAudit | None = StateAudit(connection)
        self.summary = StateSummary(revision, self._live.digest.root(), self._find_staged())

    def contact(self) -> tuple[int | None, int]:
        """When the cloud was last heard (UTC seconds), and the latest time known to have been (UTC ms)."""
        last_contact_at, floor_ms = self._connection.execute(
            "SELECT last_contact_at, clock_floor_ms FROM contact"
        ).fetchone()
        return last_contact_at, floor_ms

    def note_contact(self, last_contact_at: int | None, clock_floor_ms: int) -> None:
        """Neither ever goes back."""
        with transaction(self._connection) as connection:
            connection.execute(
                """UPDATE contact SET last_contact_at = nullif(max(ifnull(last_contact_at, -1), ifnull(?, -1)), -1),
                                      clock_floor_ms = max(clock_floor_ms, ?)""",
                (last_contact_at, clock_floor_ms),
            )

    def apply_delta(self, delta: Delta) -> bool:
        """Compare and set: nothing changes unless the delta fits and its digest comes out right."""
        if delta.from_revision != self.summary.revision:
            return False
        changed = _Generation(self._live.number, self._live.site_key, Digest(self._live.digest.to_bytes()))
        try:
            with transaction(self._connection):
                changed = self._replace_rows(changed, delta.upserts, delta.deletes)
                _require_digest(changed, delta.digest_root)
                self._write_state(changed, delta.to_revision)
        except (_WrongRowsError, sqlite3.IntegrityError):
            return False
        self._live = changed
        self.summary = replace(self.summary, revision=delta.to_revision, digest_root=delta.digest_root)
        return True

    def stage_chunk(self, chunk: SnapshotChunk) -> bool:
        """Add the next chunk of a snapshot; the last one brings the whole in force, if its digest comes out right.

        A chunk out of order, or of a snapshot older than what is in force, changes nothing.
        """
        if chunk.revision < self.summary.revision:
            return False
        staged = self.summary.staged
        is_new = staged is None or staged.snapshot_id != chunk.snapshot_id
        if chunk.index != (0 if is_new or staged is None else staged.next_index):
            return False
        is_last = chunk.index + 1 == chunk.count
        try:
            with transaction(self._connection, is_durable=is_last):
                generation = self._begin_staging() if is_new else self._staged_generation()
                generation = self._insert_rows(generation, chunk.rows)
                if is_last:
                    self._bring_in_force(generation, chunk)
                else:
                    self._write_staging(generation, chunk)
        except (_WrongRowsError, sqlite3.IntegrityError):
            self._forget_staging()
            return False
        if is_last:
            self._live, self._is_tidy = generation, False
            self.summary = StateSummary(chunk.revision, chunk.digest_root, None)
        else:
            self._is_tidy = self._is_tidy and not is_new
            self.summary = replace(self.summary, staged=StagedSnapshot(chunk.snapshot_id, chunk.index + 1))
        return is_last

    def work_when_idle(self) -> bool:
        """A little of what is never urgent: clear old rows away, then read through the state once; False when done."""
        return self.tidy() or self._read_through()

    def _read_through(self) -> bool:
        if self._audit is None:
            return False
        finding = self._audit.read_on(self._live.number, self.summary.revision, self._live.digest)
        if finding == "reading":
            return True
        self._audit = None
        if finding == "sound":
            logger.debug("the rows of revision %d are sound", self.summary.revision)
        else:
            logger.error("the rows of revision %d are not what they were: a snapshot is needed", self.summary.revision)
            self.summary = replace(self.summary, is_damaged=True)
        return False

    def tidy(self) -> bool:
        """Delete a few rows that belong to no generation in use; False when none are left."""
        if self._is_tidy:
            return False
        try:
            with transaction(self._connection, is_durable=False) as connection:
                found = [self._purge(connection, table, key) for table, key in _TABLES]
        except sqlite3.OperationalError:  # a full disk: there is no hurry
            return False
        self._is_tidy = not any(found)
        return not self._is_tidy

    def _purge(self, connection: sqlite3.Connection, table: str, key: str) -> bool:
        """Delete the first rows of one generation out of use; False when there is none."""
        for low, high in self._ranges_out_of_use(connection):
            row = connection.execute(
                f"SELECT generation FROM {table} WHERE generation > ? AND generation < ? LIMIT 1",  # noqa: S608
                (low, high),
            ).fetchone()
            if row is not None:
                (generation,) = row
                connection.execute(
                    f"""DELETE FROM {table} WHERE generation = ?1 AND {key} <= ifnull((
                          SELECT {key} FROM {table} WHERE generation = ?1 ORDER BY {key} LIMIT 1 OFFSET ?2
                        ), {key})""",  # noqa: S608
                    (generation, PURGE_ROWS - 1),
                )
                return True
        return False

    def _ranges_out_of_use(self, connection: sqlite3.Connection) -> Iterator[tuple[int, int]]:
        """Open intervals between the generations in use, so that each is found through the primary key."""
        in_use = [
            row[0] for row in connection.execute("SELECT generation FROM state UNION SELECT generation FROM staging")
        ]
        edges = [-1, *sorted(in_use), _NUMBER_MAX]
        return pairwise(edges)

    def close(self) -> None:
        self._connection.close()

    # --- Rows --------------------------------------------------------------------------------------------------------

    def _insert_rows(self, into: _Generation, rows: Sequence[StateRow]) -> _Generation:
        """Rows of a snapshot: each key comes once, nothing has to be looked up."""
        encoded = [(row_key(row), row, encode_row(row)) for row in rows]
        for key, _, body in encoded:
            into.digest.add(key, body)
        self._write_rows(into.number, encoded)
        return _Generation(into.number, _site_key_of(rows) or into.site_key, into.digest)

    def _replace_rows(self, of: _Generation, upserts: Sequence[StateRow], deletes: Sequence[str]) -> _Generation:
        encoded = [(row_key(row), row, encode_row(row)) for row in upserts]
        for key in (*deletes, *(key for key, _, _ in encoded)):
            self._remove_row(of, key)
        for key, _, body in encoded:
            of.digest.add(key, body)
        self._write_rows(of.number, encoded)
        site_key = "" if of.site_key in deletes else of.site_key
        return _Generation(of.number, _site_key_of(upserts) or site_key, of.digest)

    def _remove_row(self, of: _Generation, key: str) -> None:
        address = (of.number, key)
        found = self._connection.execute(
            "DELETE FROM state_row WHERE generation = ? AND key = ? RETURNING member_id, body", address
        ).fetchone()
        if found is None:
            return
        member_id, body = found
        of.digest.remove(key, body)
        if key.startswith("flag/"):
            self._connection.execute(
                "DELETE FROM member_flag WHERE generation = ? AND member_id = ? AND key = ?",
                (of.number, member_id, key),
            )

    def _write_rows(self, generation: int, encoded: Iterable[tuple[str, StateRow, bytes]]) -> None:
        encoded = list(encoded)
        self._connection.executemany(
            "INSERT INTO state_row (generation, key, member_id, body) VALUES (?, ?, ?, ?)",
            ((generation, key, _holder_of(row), body) for key, row, body in encoded),
        )
        self._connection.executemany(
            "INSERT INTO member_flag (generation, member_id, key) VALUES (?, ?, ?)",
            ((generation, row.member_id, key) for key, row, _ in encoded if isinstance(row, FlagRow)),
        )

    # --- Generations -------------------------------------------------------------------------------------------------

    def _write_state(self, generation: _Generation, revision: int) -> None:
        self._connection.execute(
            "UPDATE state SET generation = ?, revision = ?, site_key = ?, digest = ?",
            (generation.number, revision, generation.site_key, generation.digest.to_bytes()),
        )

    def _bring_in_force(self, generation: _Generation, chunk: SnapshotChunk) -> None:
        _require_digest(generation, chunk.digest_root)
        self._write_state(generation, chunk.revision)
        self._connection.execute("DELETE FROM staging")

    def _forget_staging(self) -> None:
        with transaction(self._connection) as connection:
            connection.execute("DELETE FROM staging")
        self._is_tidy = False
        self.summary = replace(self.summary, staged=None)

    def _begin_staging(self) -> _Generation:
        """A number that no row has, also not the rows of an abandoned snapshot."""
        highest = self._connection.execute("SELECT max(generation) FROM state_row").fetchone()[0]
        return _Generation(max(highest or 0, self._live.number) + 1, "", Digest())

    def _staged_generation(self) -> _Generation:
        row = self._connection.execute("SELECT generation, site_key, digest FROM staging").fetchone()
        return _Generation(row[0], row[1], Digest(row[2]))

    def _write_staging(self, generation: _Generation, chunk: SnapshotChunk) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO staging VALUES (1, ?, ?, ?, ?, ?, ?)",
            (
                chunk.snapshot_id,
                chunk.revision,
                chunk.index + 1,
                generation.number,
                generation.site_key,
                generation.digest.to_bytes(),
            ),
        )

    def _find_staged(self) -> StagedSnapshot | None:
        row = self._connection.execute("SELECT snapshot_id, next_index FROM staging").fetchone()
        return None if row is None else StagedSnapshot(*row)


def _require_digest(generation: _Generation, root: bytes) -> None:
    if generation.digest.root() != root:
        raise _WrongRowsError


def _holder_of(row: StateRow) -> str | None:
    return row.member_id if isinstance(row, CredentialRow | FlagRow) else None


def _site_key_of(rows: Iterable[StateRow]) -> str:
    return next((row_key(row) for row in rows if isinstance(row, SiteRow)), "")
