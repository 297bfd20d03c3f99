"""The journal to the cloud: batches in order, a window of unconfirmed ones, and back to the last confirmed on trouble.

The cloud confirms what it has committed; only that settles events here. Whatever is lost on the way is sent again,
whatever comes twice is known to the cloud by its number (go-back-N).
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.service.ports import Clock, CloudLink, LinkDownError, StoreBusyError, SyncJournal
from sync_protocol.journal_events import SealedEvent
from sync_protocol.messages import EventBatch, EventRefused, EventsAcked, Welcome

logger = logging.getLogger(__name__)

BATCH_EVENTS_MAX = 200
BATCH_BYTES_MAX = 60 * 1024
WINDOW_BATCHES = 4
RESEND_AFTER_S = 10.0
GO_BACK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class _SentBatch:
    last_seq: int
    sent_at: float


class EventUpload:
    """Closed until the cloud's Welcome says where to begin."""

    def __init__(self, link: CloudLink, journal: SyncJournal, clock: Clock) -> None:
        self._link = link
        self._journal = journal
        self._clock = clock
        self._is_open = False
        self._sent_upto = -1
        self._window: deque[_SentBatch] = deque()
        self._went_back_at = float("-inf")
        self._changed = asyncio.Event()

    async def handle_welcome(self, welcome: Welcome) -> bool:
        """Begin behind what the cloud has; False when our epoch had to be changed, so that Hello must be said again."""
        if welcome.journal_epoch != self._journal.epoch:
            return False
        try:
            if not await self._is_known_to_us(welcome):
                logger.error(
                    "the cloud has another event %d than this journal: an old copy of the card; a new epoch begins",
                    welcome.acked_seq,
                )
                await self._journal.begin_epoch()
                return False
        except StoreBusyError as error:
            logger.warning("whether a new epoch has to begin is to be seen: %s", error)
            return False
        if welcome.acked_seq > self._journal.acked_seq:
            await self._journal.settle(welcome.acked_seq, welcome.head_revision)
        self._go_back()
        self._is_open = True
        return True

    async def _is_known_to_us(self, welcome: Welcome) -> bool:
        """Whether the cloud has our own events. A copy of the card, or an old one, may have given out their numbers."""
        acked_seq = welcome.acked_seq
        if acked_seq <= self._journal.acked_seq:
            return True
        if acked_seq >= self._journal.outbox.next_seq:
            return False
        if not welcome.acked_chain:
            return True
        found = await self._journal.read_outbox(acked_seq - 1, 1)
        return not any(event.seq == acked_seq and event.chain != welcome.acked_chain for event in found)

    async def handle_overtaken(self) -> None:
        """The cloud has not taken a batch because one after it was heard first."""
        if self._is_open and self._clock.monotonic() - self._went_back_at >= GO_BACK_EVERY_S:
            self._go_back()

    async def handle_acked(self, acked: EventsAcked) -> bool:
        """Settle what the cloud has committed; a repeated word means that it misses what came next.

        False when it no longer knows what it has confirmed before (it was restored): Hello must be said again.
        """
        if acked.journal_epoch != self._journal.epoch or not self._is_open:
            return True
        if acked.upto_seq < self._journal.acked_seq:
            self.close()
            return False
        if acked.upto_seq > self._journal.acked_seq:
            await self._journal.settle(acked.upto_seq, acked.counted_revision)
            while self._window and self._window[0].last_seq <= acked.upto_seq:
                self._window.popleft()
            self._sent_upto = max(self._sent_upto, acked.upto_seq)
        elif self._window and self._clock.monotonic() - self._went_back_at >= GO_BACK_EVERY_S:
            self._go_back()
        self._changed.set()
        return True

    async def handle_refused(self, refused: EventRefused) -> None:
        """Put one event aside that the cloud cannot take."""
        if refused.journal_epoch == self._journal.epoch:
            with contextlib.suppress(StoreBusyError):
                await self._journal.set_aside(refused.seq, refused.reason[:500])

    def close(self) -> None:
        """The link is gone, or nobody has said Welcome on it yet."""
        self._is_open = False
        self._window.clear()
        self._changed.set()

    async def run(self) -> None:
        """Send whatever there is, until cancelled."""
        while True:
            try:
                if not await self.send_next():
                    await self._wait()
            except LinkDownError:
                # The word of a link that is gone may come when the next one is open already; then it means nothing.
                if not self._link.is_connected:
                    self.close()
            except StoreBusyError as error:
                logger.warning("the journal cannot be read now: %s", error)
                await asyncio.sleep(GO_BACK_EVERY_S)

    async def send_next(self) -> bool:
        """Send one batch, if there is one to send and room in the window.

        Raises:
            LinkDownError: not sent, or nobody knows.
        """
        if self._is_overdue():
            logger.warning("no word about events behind %d for %g s: again", self._journal.acked_seq, RESEND_AFTER_S)
            self._go_back()
        after_seq = self._sent_upto
        if not self._may_send(after_seq) or not self._has_more():
            return False
        events = _fitting(await self._journal.read_outbox(after_seq, BATCH_EVENTS_MAX))
        if not self._may_send(after_seq):
            return True  # the cloud has said otherwise meanwhile: look again
        assert events, "an outbox with a number to send has its event"
        self._sent_upto = events[-1].seq
        self._window.append(_SentBatch(self._sent_upto, self._clock.monotonic()))
        await self._link.publish(EventBatch(self._journal.epoch, tuple(events)))
        return True

    def _may_send(self, after_seq: int) -> bool:
        """Whether the link is open, the window has room, and `after_seq` is still where to go on."""
        return self._is_open and len(self._window) < WINDOW_BATCHES and after_seq == self._sent_upto

    def _has_more(self) -> bool:
        return self._sent_upto + 1 < self._journal.outbox.next_seq

    def _is_overdue(self) -> bool:
        return bool(self._window) and self._clock.monotonic() - self._window[0].sent_at >= RESEND_AFTER_S

    def _go_back(self) -> None:
        self._sent_upto = self._journal.acked_seq
        self._window.clear()
        self._went_back_at = self._clock.monotonic()
        self._changed.set()

    async def _wait(self) -> None:
        """Until the cloud says something, an event becomes durable, or the oldest batch is overdue."""
        self._changed.clear()
        reasons: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._changed.wait())]
        if self._is_open and len(self._window) < WINDOW_BATCHES:
            reasons.append(asyncio.ensure_future(self._journal.wait_for_more(self._sent_upto)))
        try:
            await asyncio.wait(reasons, timeout=self._until_overdue_s(), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for reason in reasons:
                reason.cancel()

    def _until_overdue_s(self) -> float | None:
        if not self._window:
            return None
        return max(0.0, self._window[0].sent_at + RESEND_AFTER_S - self._clock.monotonic())


def _fitting(events: Sequence[SealedEvent]) -> list[SealedEvent]:
    """As many of the events as fit into a batch, at least one."""
    chosen: list[SealedEvent] = []
    size = 0
    for event in events:
        size += len(event.content) + len(event.chain) + 16
        if chosen and size > BATCH_BYTES_MAX:
            break
        chosen.append(event)
    return chosen
