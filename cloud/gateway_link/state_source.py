"""Which messages bring a gateway from where it is to the head: a delta or a few buckets where they do, else a snapshot.

Snapshots are built once and kept for as long as a delta leads on from them to the head, so that several gateways of a
site, and one that was interrupted half-way, get the same chunks also while the head moves.
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
from sync_protocol.codec import encode_message, parse_message
from sync_protocol.messages import SHOWN_EVERY_CHUNKS, BucketRepair, Message, StagedSnapshot

KEPT_BYTES_MAX: Final = 128 * 1024 * 1024
"""So much of snapshots is kept, which is the state of a million members; of the newest one all."""
CHUNKS_AT_ONCE: Final = 2 * SHOWN_EVERY_CHUNKS
"""So many chunks are on their way to one gateway before it shows that it has taken some: a slow wire takes no more."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a gateway stands: revision 0 means that it has nothing. `buckets` is what it counted, if it doubts.

    `staged` is where to go on in a snapshot, with at most `chunks_max` chunks.
    """

    revision: int
    wants_snapshot: bool = False
    staged: StagedSnapshot | None = None
    buckets: bytes | None = None
    chunks_max: int = CHUNKS_AT_ONCE


@dataclass(frozen=True, slots=True)
class Way:
    """The messages to send, and the revision that the gateway has when it has taken them all.

    `is_long`: nothing was made, because it would be many messages. `staged` is what the gateway holds after them if
    they are of a snapshot: of `chunks` as many as `staged.next_index`, and the rest has still to be asked for.
    """

    revision: int
    messages: Sequence[Message] = ()
    is_long: bool = False
    staged: StagedSnapshot | None = None
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class _Kept:
    """A snapshot as it is kept: each chunk as its bytes, which take a fraction of what its rows would."""

    site_id: str
    snapshot_id: str
    revision: int
    payloads: tuple[bytes, ...]

    @classmethod
    def of(cls, site_id: str, snapshot: Snapshot) -> "_Kept":
        payloads = tuple(encode_message(chunk) for chunk in snapshot.chunks)
        return cls(site_id, snapshot.snapshot_id, snapshot.revision, payloads)

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.payloads))

    def way(self, position: Position) -> Way:
        """The next chunks: from where the gateway is with this very snapshot, else from its beginning."""
        staged = position.staged
        first = staged.next_index if staged is not None and staged.snapshot_id == self.snapshot_id else 0
        some = self.payloads[first : first + position.chunks_max]
        messages = tuple(parse_message(payload, "down", "snapshot") for payload in some)
        after = StagedSnapshot(self.snapshot_id, first + len(some))
        return Way(self.revision, messages, staged=after, chunks=len(self.payloads))


class StateSource:
    """Finds the way to the head. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._building = Lock()
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()

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
            kept = self._find(site_id, position) or self._snapshot(session, site_id, position)
        return kept.way(position)

    def _find(self, site_id: str, position: Position) -> _Kept | None:
        """The snapshot that the gateway has a part of, if it is kept: it is sent to its end, however old it is."""
        if position.staged is None:
            return None
        key = (site_id, position.staged.snapshot_id)
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.revision < position.revision:
                return None
            self._kept.move_to_end(key)
            return kept

    def _snapshot(self, session: UnitOfWork, site_id: str, position: Position) -> _Kept:
        """The newest that is kept, if it is new enough; one is built at a time."""
        with self._building:
            with self._lock:
                newest = next((kept for kept in reversed(self._kept.values()) if kept.site_id == site_id), None)
            if newest is not None and _leads_on(session, newest, position):
                return newest
            built = _Kept.of(site_id, desired_state.take_snapshot(session, site_id))
            with self._lock:
                self._keep(built)
            return built

    def _keep(self, built: _Kept) -> None:
        self._kept[built.site_id, built.snapshot_id] = built
        self._kept.move_to_end((built.site_id, built.snapshot_id))
        while len(self._kept) > 1 and sum(kept.size_bytes for kept in self._kept.values()) > KEPT_BYTES_MAX:
            self._kept.popitem(last=False)


def _leads_on(session: UnitOfWork, kept: _Kept, position: Position) -> bool:
    """Whether a gateway that has nothing newer needs no more than a delta after this snapshot."""
    if kept.revision < position.revision:
        return False
    newest = desired_state.head(session, kept.site_id).revision
    return kept.revision == newest or desired_state.delta_since(session, kept.site_id, kept.revision) is not None


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
