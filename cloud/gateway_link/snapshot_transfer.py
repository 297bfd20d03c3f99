"""A snapshot on its way to one gateway: what may be sent next, and when what was sent counts as lost.

All chunks at once would lie in the broker for as long as the gateway's wire takes for them, and whatever was said
meanwhile behind them. So a few are sent, and more as its heartbeats show that it holds them.
"""

from typing import Final

from cloud.gateway_link.state_source import CHUNKS_AT_ONCE, Position, Way
from sync_protocol.messages import SHOWN_EVERY_CHUNKS, Heartbeat, StagedSnapshot

STALLED_AFTER_S: Final = 30.0
"""How long a gateway may show no progress before the chunks on their way count as lost: two of its heartbeats."""


class SnapshotTransfer:
    """From the first chunks of a way until its revision is in force. Times are monotonic seconds."""

    def __init__(self, way: Way, position: Position, now_s: float) -> None:
        assert way.staged is not None, "a way of chunks"
        self._id = way.staged.snapshot_id
        self._sent = way.staged.next_index
        self._count = way.chunks
        self._heard = self._sent - len(way.messages)
        self._moved_at = now_s
        self._wants_snapshot = position.wants_snapshot
        self.revision = way.revision

    def is_over(self, beat: Heartbeat) -> bool:
        """Whether the gateway has what it was sent, or something newer."""
        return beat.applied_revision >= self.revision and self._shown(beat) is None

    def follow(self, beat: Heartbeat, now_s: float) -> Position | None:
        """From where to send on, now that the gateway has shown how far it is; None: nothing yet."""
        shown = self._shown(beat) or 0
        if shown > self._heard:
            self._heard, self._moved_at = shown, now_s
            self._sent = max(self._sent, shown)
        room = self._heard + CHUNKS_AT_ONCE - self._sent
        if self._sent < self._count and room >= SHOWN_EVERY_CHUNKS:
            next_chunks = StagedSnapshot(self._id, self._sent)
            return Position(beat.applied_revision, wants_snapshot=True, staged=next_chunks, chunks_max=room)
        if now_s - self._moved_at < STALLED_AFTER_S:
            return None
        self._moved_at = now_s
        return Position(beat.applied_revision, self._wants_snapshot, beat.staged)

    def goes_on(self, way: Way) -> bool:
        """Note that these chunks are sent; False if they are not those behind the ones that were sent before."""
        staged = way.staged
        if staged is None or (staged.snapshot_id, staged.next_index - len(way.messages)) != (self._id, self._sent):
            return False
        self._sent = staged.next_index
        return True

    @property
    def is_sent(self) -> bool:
        """Whether all chunks are on their way, and what is sent now comes behind them."""
        return self._sent >= self._count

    def comes_before(self, position: Position) -> bool:
        """Whether what is sent from this position builds on it."""
        return not position.wants_snapshot and position.revision >= self.revision

    def _shown(self, beat: Heartbeat) -> int | None:
        staged = beat.staged
        return staged.next_index if staged is not None and staged.snapshot_id == self._id else None
