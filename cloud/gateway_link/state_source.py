"""Which messages bring a gateway from where it is to the head: a delta where one will do, else a snapshot.

Snapshots are built once and kept for a while, so that several gateways of a site, and one that was interrupted
half-way, get the same chunks.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from cloud.database import Database, UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.desired_state.service import Snapshot
from sync_protocol.messages import Delta, SnapshotChunk, StagedSnapshot

SNAPSHOTS_MAX: Final = 4


@dataclass(frozen=True, slots=True)
class Position:
    """Where a gateway stands: revision 0 means that it has nothing."""

    revision: int
    digest_root: bytes | None = None
    wants_snapshot: bool = False
    staged: StagedSnapshot | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """The messages to send, and the revision that the gateway has when it has taken them all."""

    revision: int
    messages: Sequence[Delta | SnapshotChunk] = ()


class StateSource:
    """Finds the way to the head. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._snapshots: OrderedDict[str, Snapshot] = OrderedDict()

    def way_to_head(self, site_id: str, position: Position) -> Way:
        """What a gateway of the site needs; no messages if it has everything."""
        resumed = self._resume(site_id, position.staged)
        if resumed is not None:
            return resumed
        with self._database.session() as session:
            head = desired_state.head(session, site_id)
            is_same = position.digest_root in {None, head.digest_root}
            if position.revision == head.revision and is_same and not position.wants_snapshot:
                return Way(head.revision)
            if position.revision != head.revision and not position.wants_snapshot:
                delta = desired_state.delta_since(session, site_id, position.revision)
                if delta is not None:
                    return Way(delta.to_revision, (delta,))
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


def _chunks_from(snapshot: Snapshot, staged: StagedSnapshot | None) -> Sequence[SnapshotChunk]:
    is_resumed = staged is not None and staged.snapshot_id == snapshot.snapshot_id
    return snapshot.chunks[staged.next_index :] if staged is not None and is_resumed else snapshot.chunks
