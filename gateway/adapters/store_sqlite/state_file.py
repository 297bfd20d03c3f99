"""entitlements.db as the writer's thread sees it: deltas, staged snapshots and what is left of earlier generations.

Each call is one transaction. `summary` is replaced after a commit and may be read from any thread. What comes in force
is durable before it is called so: staff are shown that a block works, and no power cut may take that back.
"""

import contextlib
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from gateway.adapters.store_sqlite.database_file import FileKind
from gateway.adapters.store_sqlite.old_rows import purge_old_rows
from gateway.adapters.store_sqlite.schema import entitlements as schema
from gateway.adapters.store_sqlite.state_audit import StateAudit
from gateway.adapters.store_sqlite.state_repair import (
    BucketCount,
    RepairParts,
    TooManyStraysError,
    clear_buckets,
    digest_after,
)
from gateway.adapters.store_sqlite.transaction import transaction
from sync_protocol.digest import Digest
from sync_protocol.errors import DECODE_FAULTS
from sync_protocol.messages import BucketRepair, Delta, SnapshotChunk, StagedSnapshot
from sync_protocol.state_rows import (
    CredentialRow,
    EntitlementRow,
    FlagRow,
    StateRow,
    encode_row,
    is_policy_key,
    parse_row,
    row_key,
)

logger = logging.getLogger(__name__)

AUDITED_EVERY_S = 24 * 3600
KIND = FileKind("gateway entitlements", is_exclusive=False, steps=schema.STEPS)


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
    """The rows of one state."""

    number: int
    digest: Digest


class StateFile:
    """Owned by one thread after start."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        number, revision, digest = connection.execute("SELECT generation, revision, digest FROM state").fetchone()
        self._live = _Generation(number, Digest(digest))
        self._is_tidy = False
        self._audit: StateAudit | None = StateAudit(connection)
        self._audited_at = self.contact()[0] or 0
        self._count: BucketCount | None = None
        self._repair = RepairParts()
        self.summary = StateSummary(revision, self._live.digest.root(), self._find_staged())

    def contact(self) -> tuple[int | None, int]:
        """When the cloud was last heard (UTC seconds), and the latest time known to have been (UTC ms)."""
        last_contact_at, floor_ms = self._connection.execute(
            "SELECT last_contact_at, clock_floor_ms FROM contact"
        ).fetchone()
        return last_contact_at, floor_ms

    def note_contact(self, last_contact_at: int | None, clock_floor_ms: int) -> None:
        """Neither goes back. Now and then it is also time to read through the state again."""
        if last_contact_at is not None and last_contact_at - self._audited_at >= AUDITED_EVERY_S:
            self._audited_at, self._audit = last_contact_at, StateAudit(self._connection)
        with transaction(self._connection) as connection:
            connection.execute(
                """UPDATE contact SET last_contact_at = nullif(max(ifnull(last_contact_at, -1), ifnull(?, -1)), -1),
                                      clock_floor_ms = max(clock_floor_ms, ?)""",
                (last_contact_at, clock_floor_ms),
            )

    def correct_contact(self, at: int) -> None:
        """The cloud was heard at this moment, and nothing later has been yet (UTC seconds)."""
        with transaction(self._connection) as connection:
            connection.execute(
                "UPDATE contact SET last_contact_at = ?, clock_floor_ms = min(clock_floor_ms, ?)", (at, at * 1000)
            )

    def apply_delta(self, delta: Delta) -> bool:
        """Compare and set: nothing changes unless the delta fits and its digest comes out right."""
        if delta.from_revision != self.summary.revision:
            return False
        changed = _Generation(self._live.number, Digest(self._live.digest.to_bytes()))
        is_policy_new = any(map(is_policy_key, (*map(row_key, delta.upserts), *delta.deletes)))
        try:
            with transaction(self._connection):
                self._replace_rows(changed, delta.upserts, delta.deletes)
                _require_digest(changed, delta.digest_root)
                self._write_state(changed, delta.to_revision, is_policy_new=is_policy_new)
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
                self._insert_rows(generation, chunk.rows)
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

    def begin_count(self) -> None:
        """Count the rows in force anew, as they are found on the disk."""
        self._count = BucketCount(self._live.number, self.summary.revision)

    def count_on(self) -> bool | None:
        """Count some rows more; False when all are counted (`counted`), None when they cannot be."""
        if self._count is None or self._is_count_outdated(self._count):
            return None
        try:
            return self._count.read_on(self._connection)
        except (TooManyStraysError, sqlite3.DatabaseError):
            self._count = None
            return None

    @property
    def counted(self) -> bytes:
        """The digest that was counted."""
        assert self._count is not None, "counted by `count_on`"
        return self._count.digest.to_bytes()

    def stage_repair(self, part: BucketRepair) -> bool:
        """Add the next part of a repair; the last one brings it in force, if the digest comes out right."""
        count = self._count
        if count is None or part.from_revision != count.revision or self._is_count_outdated(count):
            return False
        rows = self._repair.add(part)
        if rows is None or part.to_revision < part.from_revision:
            return False
        encoded = [(row_key(row), row, encode_row(row)) for row in rows]
        mended = _Generation(
            self._live.number, digest_after(count, part.buckets, [(key, body) for key, _, body in encoded])
        )
        try:
            with transaction(self._connection):
                _require_digest(mended, part.digest_root)
                clear_buckets(self._connection, count, frozenset(part.buckets))
                self._write_rows(mended.number, encoded)
                self._write_state(mended, part.to_revision, is_policy_new=True)
        except (_WrongRowsError, sqlite3.IntegrityError):
            return False
        self._live, self._count, self._audit = mended, None, StateAudit(self._connection)
        self.summary = replace(self.summary, revision=part.to_revision, digest_root=part.digest_root, is_damaged=False)
        return True

    def _is_count_outdated(self, count: BucketCount) -> bool:
        return (count.generation, count.revision) != (self._live.number, self.summary.revision)

    def forgiven(self, member_ids: Iterable[str]) -> dict[str, int]:
        """Since when staff have forgiven these members where they were before (UTC seconds); most they have not."""
        found = {}
        for member_id in member_ids:
            row = self._connection.execute(
                "SELECT body FROM state_row WHERE generation = ? AND key = ?",
                (self._live.number, f"entitlement/{member_id}"),
            ).fetchone()
            # A damaged row is the audit's to find.
            with contextlib.suppress(*DECODE_FAULTS):
                entitlement = parse_row(row[0]) if row is not None else None
                if isinstance(entitlement, EntitlementRow) and entitlement.forgiven_at is not None:
                    found[member_id] = entitlement.forgiven_at
        return found

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
            self._is_tidy = not purge_old_rows(self._connection)
        except sqlite3.OperationalError:  # a full disk: there is no hurry
            return False
        return not self._is_tidy

    def close(self) -> None:
        self._connection.close()

    # --- Rows --------------------------------------------------------------------------------------------------------

    def _insert_rows(self, into: _Generation, rows: Sequence[StateRow]) -> None:
        """Rows of a snapshot: each key comes once, nothing has to be looked up."""
        encoded = [(row_key(row), row, encode_row(row)) for row in rows]
        for key, _, body in encoded:
            into.digest.add(key, body)
        self._write_rows(into.number, encoded)

    def _replace_rows(self, of: _Generation, upserts: Sequence[StateRow], deletes: Sequence[str]) -> None:
        """Rows of a delta, in the order in which they lie in the file."""
        for key in sorted(deletes):
            self._remove_row(of, key)
        encoded = sorted(((row_key(row), row, encode_row(row)) for row in upserts), key=itemgetter(0))
        for key, row, body in encoded:
            self._forget_row(of, key, _holder_of(row))
            of.digest.add(key, body)
        self._write_rows(of.number, encoded)

    def _remove_row(self, of: _Generation, key: str) -> None:
        self._forget_row(of, key, None)
        self._connection.execute("DELETE FROM state_row WHERE generation = ? AND key = ?", (of.number, key))

    def _forget_row(self, of: _Generation, key: str, next_holder: str | None) -> None:
        """Take what is there off the digest, and a flag off a member that will no longer have it."""
        found = self._connection.execute(
            "SELECT member_id, body FROM state_row WHERE generation = ? AND key = ?", (of.number, key)
        ).fetchone()
        if found is None:
            return
        member_id, body = found
        of.digest.remove(key, body)
        if key.startswith("flag/") and member_id != next_holder:
            self._connection.execute(
                "DELETE FROM member_flag WHERE generation = ? AND member_id = ? AND key = ?",
                (of.number, member_id, key),
            )

    def _write_rows(self, generation: int, encoded: Sequence[tuple[str, StateRow, bytes]]) -> None:
        self._connection.executemany(
            """INSERT INTO state_row (generation, key, member_id, body) VALUES (?, ?, ?, ?)
               ON CONFLICT DO UPDATE SET member_id = excluded.member_id, body = excluded.body""",
            ((generation, key, _holder_of(row), body) for key, row, body in encoded),
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO member_flag (generation, member_id, key) VALUES (?, ?, ?)",
            ((generation, row.member_id, key) for key, row, _ in encoded if isinstance(row, FlagRow)),
        )

    # --- Generations -------------------------------------------------------------------------------------------------

    def _write_state(self, generation: _Generation, revision: int, *, is_policy_new: bool) -> None:
        self._connection.execute(
            "UPDATE state SET generation = ?, revision = ?, digest = ?, policy_serial = policy_serial + ?",
            (generation.number, revision, generation.digest.to_bytes(), is_policy_new),
        )

    def _bring_in_force(self, generation: _Generation, chunk: SnapshotChunk) -> None:
        _require_digest(generation, chunk.digest_root)
        self._write_state(generation, chunk.revision, is_policy_new=True)
        self._connection.execute("DELETE FROM staging")

    def _forget_staging(self) -> None:
        with transaction(self._connection) as connection:
            connection.execute("DELETE FROM staging")
        self._is_tidy = False
        self.summary = replace(self.summary, staged=None)

    def _begin_staging(self) -> _Generation:
        """A number that no row has, also not the rows of an abandoned snapshot."""
        highest = self._connection.execute("SELECT max(generation) FROM state_row").fetchone()[0]
        return _Generation(max(highest or 0, self._live.number) + 1, Digest())

    def _staged_generation(self) -> _Generation:
        number, digest = self._connection.execute("SELECT generation, digest FROM staging").fetchone()
        return _Generation(number, Digest(digest))

    def _write_staging(self, generation: _Generation, chunk: SnapshotChunk) -> None:
        self._connection.execute(
            """INSERT OR REPLACE INTO staging (id, snapshot_id, revision, next_index, generation, digest)
               VALUES (1, ?, ?, ?, ?, ?)""",
            (
                chunk.snapshot_id,
                chunk.revision,
                chunk.index + 1,
                generation.number,
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
