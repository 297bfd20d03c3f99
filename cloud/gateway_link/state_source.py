"""Which messages bring a gateway from where it is to the head: a delta or a few buckets where they do, else a snapshot.

Snapshots are built once and kept for a while, so that several gateways of a site, and one that was interrupted
half-way, get the same chunks.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from cloud.database import Database, UnitOfWork
from cloud.desired_state import repair
from cloud.desired_state import service as desired_state
from cloud.desired_state.service import Snapshot
from sync_protocol.messages import BucketRepair, Delta, SnapshotChunk, StagedSnapshot

SNAPSHOTS_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Position:
    """Where a gateway stands: revision 0 means that it has nothing. `buckets` is what it counted, if it doubts."""

    revision: int
    wants_snapshot: bool = False
    staged: StagedSnapshot | None = None
    buckets: bytes | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """The messages to send, and the revision that the gateway has when it has taken them all.

    `is_long`: nothing was made, because it would be many messages.
    """

    revision: int
    messages: Sequence[Delta | SnapshotChunk | BucketRepair] = ()
    is_long: bool = False


class StateSource:
    """Finds the way to the head. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._snapshots: OrderedDict[str, Snapshot] = OrderedDict()

    def way_to_head(self, site_id: str, position: Position, *, may_be_long: bool = True) -> Way:
        """What a gateway of the site needs; no messages if it has everything."""
        with self._database.session() as session:
            way = _short_way(session, site_id, position)
            if way is not None:
                return way
            if not may_be_long:
                return Way(position.revision, is_long=True)
            parts = _repair(session, site_id, position)
            if parts is not None:
                return Way(parts[0].to_revision, parts)
            resumed = self._resume(site_id, position.staged)
            if resumed is not None:
                return resumed
            snapshot = self._snapshot(session, site_id)
        return Way(snapshot.revision, _chunks_from(snapshot, position.staged))

    def _resume(self, site_id: str, staged: StagedSnapshot | None) -> Way | None:
        with self._lock:
            kept = self._snapshots.get(site_id)
        if kept is None or staged is None or kept.snapshot_id != staged.snapshot_id:
            return None
        return Way(kept.revision, _chunks_from(kept, staged))

    def _snapshot(self, session: UnitOfWork, site_id: str) -> Snapshot:
        with self._lock:
            kept = self._snapshots.pop(site_id, None)
            if kept is None or kept.revision != desired_state.head(session, site_id).revision:
                kept = desired_state.take_snapshot(session, site_id)
            self._snapshots[site_id] = kept
            if len(self._snapshots) > SNAPSHOTS_MAX:
                self._snapshots.popitem(last=False)
            return kept


def _short_way(session: UnitOfWork, site_id: str, position: Position) -> Way | None:
    """Nothing, or a delta; None if it takes more. Whose digest differs finds out from the Welcome, and says so."""
    if position.buckets is not None or position.wants_snapshot:
        return None
    newest = desired_state.head(session, site_id).revision
    if position.revision == newest:
        return Way(newest)
    delta = desired_state.delta_since(session, site_id, position.revision)
    return None if delta is None else Way(delta.to_revision, (delta,))


def _repair(session: UnitOfWork, site_id: str, position: Position) -> Sequence[BucketRepair] | None:
    if position.buckets is None:
        return None
    return repair.repair_since(session, site_id, position.revision, position.buckets)


def _chunks_from(snapshot: Snapshot, staged: StagedSnapshot | None) -> Sequence[SnapshotChunk]:
    is_resumed = staged is not None and staged.snapshot_id == snapshot.snapshot_id
    return snapshot.chunks[staged.next_index :] if staged is not None and is_resumed else snapshot.chunks
