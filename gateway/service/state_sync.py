"""The cloud's desired state to the state in force: deltas and snapshots in, revisions in force out.

Nothing is believed to have arrived: what does not fit makes the gateway say Hello again, which tells the cloud exactly
what is here; what comes out wrong is mended bucket by bucket (`state_mending`).
"""

import logging
from collections.abc import Callable

from gateway.service.ports import Clock, CloudLink, LinkDownError, StateStore, StoreBusyError
from gateway.service.state_mending import StateMending
from sync_protocol.messages import (
    SHOWN_EVERY_CHUNKS,
    BucketRepair,
    Delta,
    SnapshotChunk,
    StateApplied,
    StateLater,
)

logger = logging.getLogger(__name__)

WAIT_MAX_S = 300


class StateSync:
    """`ask_again` says Hello soon, with `wants_snapshot`; `told` gets each revision that came in force.

    `show_progress` lets the cloud see how much of a snapshot is here, so that it sends more.
    """

    def __init__(
        self,
        link: CloudLink,
        store: StateStore,
        clock: Clock,
        *,
        ask_again: Callable[[], None],
        show_progress: Callable[[], None],
        told: Callable[[int], None],
    ) -> None:
        self._link = link
        self._store = store
        self._clock = clock
        self._ask_again = ask_again
        self._show_progress = show_progress
        self._told = told
        self._mending = StateMending(link, store, clock, ask_for_whole=self._ask_for_whole)
        self._waits_until: float | None = None
        self.wants_snapshot = False

    async def handle_head(self, head_revision: int, digest_root: bytes) -> None:
        """Compare with what the cloud says should be in force; what is merely newer it sends without being asked."""
        applied = self._store.applied_revision
        self._ask_when_waited_for_long(head_revision)
        if head_revision < applied:
            logger.error(
                "the cloud is at revision %d, behind %d in force here: was it restored?", head_revision, applied
            )
        elif self._store.is_damaged:
            await self._mend(f"the state of revision {applied} is damaged on the disk")
        elif head_revision == applied and digest_root != self._store.digest_root:
            await self._mend(f"the state of revision {applied} differs from the cloud's")
        elif head_revision == applied:
            self._mending.note_sound()

    async def handle(self, message: Delta | SnapshotChunk | BucketRepair | StateLater) -> None:
        """Whatever the cloud says to bring its state in force."""
        match message:
            case Delta():
                await self.handle_delta(message)
            case SnapshotChunk():
                await self.handle_chunk(message)
            case BucketRepair():
                await self.handle_repair(message)
            case StateLater():
                self.handle_later(message)

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
            await self._mend(f"revision {delta.to_revision} does not come out as the cloud has it")
        elif delta.to_revision > before:
            self._ask_again()

    async def handle_chunk(self, chunk: SnapshotChunk) -> None:
        """Stage a part of a snapshot; report when the whole is in force, and now and then that it gets on."""
        before = self._store.staged
        try:
            is_complete = await self._store.stage_chunk(chunk)
        except StoreBusyError as error:
            logger.warning("part %d of snapshot %s is not taken: %s", chunk.index, chunk.snapshot_id, error)
            return
        if is_complete:
            await self._handle_whole()
        elif self._store.staged != before and self._store.staged is not None:
            if self._store.staged.next_index % SHOWN_EVERY_CHUNKS == 0:
                self._show_progress()
        elif self._is_missing_something(chunk):
            self._ask_again()

    async def handle_repair(self, part: BucketRepair) -> None:
        """Stage a part of the buckets that differ; report when they are mended."""
        try:
            is_mended = await self._store.stage_repair(part)
        except StoreBusyError as error:
            logger.warning("part %d of a repair is not taken: %s", part.index, error)
            return
        if is_mended:
            logger.warning(
                "the state of revision %d is mended: %d buckets differed", part.to_revision, len(part.buckets)
            )
            await self._handle_whole()

    def handle_later(self, later: StateLater) -> None:
        """What was asked for comes when others have got theirs."""
        wait_s = min(max(later.retry_after_s, 1), WAIT_MAX_S)
        logger.info("the cloud is busy with other gateways; the state comes within %d s, or is asked for again", wait_s)
        self._waits_until = self._clock.monotonic() + wait_s
        self._mending.wait(wait_s)

    async def _handle_whole(self) -> None:
        self.wants_snapshot = False
        self._waits_until = None
        self._mending.note_sound()
        await self._report()

    def _ask_when_waited_for_long(self, head_revision: int) -> None:
        if self._waits_until is None or self._clock.monotonic() < self._waits_until:
            return
        self._waits_until = None
        if self.wants_snapshot or head_revision > self._store.applied_revision:
            self._ask_again()

    def _is_missing_something(self, chunk: SnapshotChunk) -> bool:
        """The chunk was not the next one: others before it are missing, or the whole came out wrong."""
        if chunk.revision < self._store.applied_revision:
            return False
        staged = self._store.staged
        return staged is None or staged.snapshot_id != chunk.snapshot_id or staged.next_index <= chunk.index

    async def _mend(self, why: str) -> None:
        if not self.wants_snapshot:
            await self._mending.mend(why)
        elif self._waits_until is None:
            self._ask_again()

    def _ask_for_whole(self) -> None:
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
