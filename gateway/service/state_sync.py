"""The cloud's desired state to the state in force: deltas and snapshots in, revisions in force out.

Nothing is believed to have arrived: what does not fit, or comes out wrong, makes the gateway say Hello again, which
tells the cloud exactly what is here.
"""

import logging
from collections.abc import Callable

from gateway.service.ports import Clock, CloudLink, LinkDownError, StateStore, StoreBusyError
from sync_protocol.messages import Delta, SnapshotChunk, StateApplied

logger = logging.getLogger(__name__)


class StateSync:
    """`ask_again` says Hello soon, with `wants_snapshot`; `told` gets each revision that came in force."""

    def __init__(
        self,
        link: CloudLink,
        store: StateStore,
        clock: Clock,
        *,
        ask_again: Callable[[], None],
        told: Callable[[int], None],
    ) -> None:
        self._link = link
        self._store = store
        self._clock = clock
        self._ask_again = ask_again
        self._told = told
        self.wants_snapshot = False

    def handle_head(self, head_revision: int, digest_root: bytes) -> None:
        """Compare with what the cloud says should be in force; what is merely newer it sends without being asked."""
        applied = self._store.applied_revision
        if head_revision < applied:
            logger.error(
                "the cloud is at revision %d, behind %d in force here: was it restored?", head_revision, applied
            )
        elif self._store.is_damaged:
            self._doubt(f"the state of revision {applied} is damaged on the disk")
        elif head_revision == applied and digest_root != self._store.digest_root:
            self._doubt(f"the state of revision {applied} differs from the cloud's")

    async def handle_delta(self, delta: Delta) -> None:
        """Bring a delta in force and report it at once."""
        before = self._store.applied_revision
        try:
            is_applied = await self._store.apply_delta(delta)
        except StoreBusyError as error:
            logger.warning("revision %d is not applied: %s", delta.to_revision, error)
            return
        if is_applied:
            await self._report()
        elif delta.from_revision == before:
            self._doubt(f"revision {delta.to_revision} does not come out as the cloud has it")
        elif delta.to_revision > before:
            self._ask_again()

    async def handle_chunk(self, chunk: SnapshotChunk) -> None:
        """Stage a part of a snapshot; report when the whole is in force."""
        try:
            is_complete = await self._store.stage_chunk(chunk)
        except StoreBusyError as error:
            logger.warning("part %d of snapshot %s is not taken: %s", chunk.index, chunk.snapshot_id, error)
            return
        if is_complete:
            self.wants_snapshot = False
            await self._report()
        elif self._is_missing_something(chunk):
            self._ask_again()

    def _is_missing_something(self, chunk: SnapshotChunk) -> bool:
        """The chunk was not the next one: others before it are missing, or the whole came out wrong."""
        if chunk.revision < self._store.applied_revision:
            return False
        staged = self._store.staged
        return staged is None or staged.snapshot_id != chunk.snapshot_id or staged.next_index <= chunk.index

    def _doubt(self, why: str) -> None:
        if not self.wants_snapshot:
            logger.error("%s: a snapshot is asked for", why)
        self.wants_snapshot = True
        self._ask_again()

    async def _report(self) -> None:
        revision = self._store.applied_revision
        self._told(revision)
        applied = StateApplied(
            boot_id=self._clock.boot_id,
            revision=revision,
            digest_root=self._store.digest_root,
            applied_at_ms=self._clock.wall_ms(),
            clock=self._clock.trust,
        )
        try:
            await self._link.publish(applied)
        except LinkDownError:
            logger.debug("revision %d will be reported by the next Hello", revision)
