"""The journal as the services see it: numbers events at once in memory, commits them in groups on the writer's thread.

Only committed events can be read and sent, so that a number is never used twice with different content. When the
disk does not keep up, or is full, or the file reaches its limit, the oldest events become one explicit gap record.
"""

import asyncio
import contextlib
import logging
import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.adapters.store_sqlite.consequences import Consequence, Row, move_people, newest, visit_of
from gateway.adapters.store_sqlite.disk_space import DiskSpace
from gateway.adapters.store_sqlite.gaps import fold
from gateway.adapters.store_sqlite.journal_file import JournalBounds, JournalChanges, JournalFile
from gateway.adapters.store_sqlite.sibling_rows import OWN_MAX
from gateway.adapters.store_sqlite.visit_account import VisitAccount
from gateway.adapters.store_sqlite.writer_thread import WriterThread
from gateway.domain.passage_ledger import PassageLedger
from gateway.domain.presence import Presence
from gateway.service.ports import Clock, StoreBusyError
from sync_protocol.journal_events import (
    EventBody,
    GapRecorded,
    JournalEvent,
    SealedEvent,
    StorageChanged,
    seal_event,
)
from sync_protocol.messages import OutboxRange
from sync_protocol.sibling_messages import SharedPassage

logger = logging.getLogger(__name__)

GROUP_MAX = 1000
EVENT_BYTES_MAX = 32 * 1024
RETRY_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class JournalLimits:
    """`events_max` rows in the file and `pending_max` in memory; of either, `fold_count` at a time become a gap.

    A settlement alone is written after `settle_delay_s` at the latest: losing one only repeats what the cloud has.
    """

    events_max: int = 1_000_000
    pending_max: int = 10_000
    fold_count: int = 1_000
    settle_delay_s: float = 1.0


class SqliteJournal:
    """Implements the port `Journal`; `commit_pending` alone runs in the writer's thread."""

    def __init__(
        self, file: JournalFile, bounds: JournalBounds, *, space: DiskSpace, clock: Clock, limits: JournalLimits
    ) -> None:
        self._file = file
        self._space = space
        self._clock = clock
        self._limits = limits
        self._epoch = bounds.epoch
        self._acked_seq = bounds.acked_seq
        self._next_seq = bounds.next_seq
        self._durable_next_seq = bounds.next_seq
        self._taken_seq = bounds.next_seq - 1
        self._chain = bounds.last_chain
        self._account = VisitAccount(file.visits())
        kept = file.presence()
        self.presence = Presence(kept.people, kept.tallies)
        self.ledger = PassageLedger(self.presence)
        """The passages of this gateway and its siblings, which move the presence."""
        self.own_passages = deque(file.own_passages(), maxlen=OWN_MAX)
        """What siblings may be told; only what is durable."""
        self._lock = threading.Lock()
        self._pending: deque[SealedEvent] = deque()
        self._pending_consequences: deque[Consequence] = deque()
        self._consequences_max = limits.pending_max
        self._settled: tuple[int, int] | None = None
        self._settled_at = 0.0
        self._contained_revision = 0
        self._in_hand: list[SealedEvent] = []
        self._consequences_in_hand: list[Consequence] = []
        self._is_fault_told = False
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._grown = asyncio.Event()
        self._listener: Callable[[JournalEvent], None] | None = None
        self.commit_s = 0.0
        """How long the newest group commit took until it was durable, in seconds."""

    def attach(self, writer: WriterThread) -> None:
        """Called once, before the first event."""
        self._writer = writer

    def set_listener(self, listener: Callable[[JournalEvent], None]) -> None:
        """Tell every event from now on as it happens, before it is durable; for metrics and whoever looks on."""
        self._listener = listener

    @property
    def file(self) -> JournalFile:
        """The file, for what else is kept in it; writing is the writer's thread's alone."""
        return self._file

    @property
    def epoch(self) -> str:
        return self._epoch

    @property
    def acked_seq(self) -> int:
        """The newest event that the cloud has for good, -1 for none."""
        return self._acked_seq

    @property
    def durable_next_seq(self) -> int:
        """Every event before this number is durable."""
        return self._durable_next_seq

    @property
    def fault(self) -> str | None:
        """Why the disk takes nothing, or not for long."""
        return self._space.fault

    @property
    def outbox(self) -> OutboxRange:
        return OutboxRange(self._acked_seq + 1, self._durable_next_seq)

    def append(self, body: EventBody) -> int:
        event = stamp_of(self._clock, self._next_seq, body)
        sealed = seal_event(event, self._chain)
        assert len(sealed.content) <= EVENT_BYTES_MAX, "an event that no batch can carry would block the line"
        self._chain = sealed.chain
        self._next_seq += 1
        visit = visit_of(sealed.seq, body)
        rows = [*([visit] if visit is not None else []), *move_people(self.ledger, event)]
        with self._lock:
            self._pending.append(sealed)
            self._pending_consequences.extend(Consequence(sealed.seq, row) for row in rows)
            if len(self._pending) > self._limits.pending_max:
                self._fold_pending(event)
        self.own_passages.extend(row for row in rows if isinstance(row, SharedPassage))
        if visit is not None:
            self._account.spend(visit.seq, visit.contract_id)
        self._writer.wake()
        if self._listener is not None:
            self._listener(event)
        return sealed.seq

    def keep(self, rows: Iterable[Row]) -> None:
        """Write rows that follow from no event of this journal, behind everything that was appended so far."""
        with self._lock:
            self._pending_consequences.extend(Consequence(self._next_seq - 1, row) for row in rows)
            if len(self._pending_consequences) > self._consequences_max:
                self._pending_consequences = deque(newest(self._pending_consequences))
                # Twice what is left: a disk that takes nothing for hours must not make each call slow.
                self._consequences_max = max(self._limits.pending_max, 2 * len(self._pending_consequences))
        self._writer.wake()

    async def flushed(self) -> None:
        upto = self._next_seq
        if self._durable_next_seq < upto:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append((upto, waiter))
            await asyncio.wait((waiter, self._writer.failed), return_when=asyncio.FIRST_COMPLETED)
            if not waiter.done():
                self._writer.failed.result()

    async def wait_for_more(self, after_seq: int) -> None:
        while self._durable_next_seq <= after_seq + 1:
            self._grown.clear()
            await self._grown.wait()

    def visits_spent(self, contract_id: str) -> int:
        return self._account.spent(contract_id)

    async def read_outbox(self, after_seq: int, limit: int) -> list[SealedEvent]:
        return await self._writer.submit(lambda: self._file.read(after_seq, limit))

    async def settle(self, upto_seq: int, counted_revision: int) -> None:
        upto_seq = min(upto_seq, self._durable_next_seq - 1)
        self._acked_seq = max(self._acked_seq, upto_seq)
        self._account.settle(upto_seq, counted_revision)
        with self._lock:
            if self._settled is None:
                self._settled_at = time.monotonic()
            self._settled = (self._acked_seq, counted_revision)
        self._writer.wake()

    async def set_aside(self, seq: int, reason: str) -> None:
        if await self._writer.submit(lambda: self._file.set_aside(seq, reason)):
            logger.warning("the cloud refused event %d of %s, put aside: %s", seq, self._epoch, reason)

    async def begin_epoch(self) -> None:
        """Go on under a new epoch, when the cloud knows numbers that this journal has not given out yet.

        That happens when a copied or restored card is started: its next events would be taken for known ones.

        Raises:
            StoreBusyError: the disk is full.
        """
        if self.fault is not None:
            raise StoreBusyError(self.fault)
        await self.flushed()
        epoch, acked_seq, stamp = new_epoch(), self._acked_seq, stamp_of(self._clock, 0, GapRecorded(0))
        await self._writer.submit(lambda: self._begin_epoch(epoch, acked_seq, stamp))
        self._epoch, self._acked_seq = epoch, -1
        self.own_passages.clear()

    def contain(self, revision: int) -> None:
        """The state of this revision is in force: visits that it contains are no longer counted here."""
        self._account.contain(revision)
        with self._lock:
            self._contained_revision = revision

    def close(self) -> None:
        self._file.close()

    # --- In the writer's thread --------------------------------------------------------------------------------------

    def commit_pending(self, *, is_last: bool) -> float | None:
        """Implements `GroupCommit`: one transaction for everything pending, retried as it is while the disk is full."""
        self._take_in_hand()
        settled, wait_s = self._due_settlement(is_last=is_last)
        try:
            if self._in_hand or self._consequences_in_hand or settled is not None:
                self._commit(settled)
                wait_s = 0.0 if self._pending else wait_s
            if self.fault is not None and not self._space.regain():
                wait_s = RETRY_AFTER_S if wait_s is None else min(wait_s, RETRY_AFTER_S)
        except sqlite3.OperationalError as error:
            wait_s = self._wait_for_room(error, is_last=is_last)
        self._tell_fault()
        return wait_s

    def make_room(self, error: sqlite3.OperationalError) -> bool:
        """Implements `GroupCommit`: a job found the disk full."""
        has_room = self._space.give_way(error)
        self._tell_fault()
        return has_room

    def _commit(self, settled: tuple[int, int] | None) -> None:
        rows = [consequence.row for consequence in newest(self._consequences_in_hand)]
        begun = time.perf_counter()
        self._file.commit(JournalChanges(self._in_hand, rows, settled, self._contained_revision))
        self.commit_s = time.perf_counter() - begun
        with self._lock:
            if self._settled == settled:
                self._settled = None
        self._consequences_in_hand = []
        if self._in_hand:
            last_seq = self._in_hand[-1].seq
            self._in_hand = []
            self._writer.deliver(self._committed, last_seq + 1)
            self._trim(last_seq)

    def _wait_for_room(self, error: sqlite3.OperationalError, *, is_last: bool) -> float:
        """In how many seconds to try again. Before memory is full, the oldest events on the disk make room."""
        if self._space.give_way(error):
            return 0.0
        if is_last:
            logger.error("%d events are lost: the disk did not take them", len(self._in_hand) + len(self._pending))
        elif len(self._pending) + self._limits.fold_count >= self._limits.pending_max:
            with contextlib.suppress(sqlite3.OperationalError):
                self._fold_oldest(self._file.first_seq())
        return RETRY_AFTER_S

    def _tell_fault(self) -> None:
        """Once when the disk fails and once when it no longer does, an event says so."""
        fault = self._space.fault
        if (fault is not None) != self._is_fault_told:
            self._is_fault_told = fault is not None
            told = StorageChanged("restored") if fault is None else StorageChanged("failing", fault)
            self._writer.deliver(self._append_told, told)

    def _begin_epoch(self, epoch: str, acked_seq: int, stamp: JournalEvent) -> None:
        with self._lock:
            settled, self._settled = self._settled, None
        if settled is not None:
            self._file.commit(JournalChanges(settled=settled, contained_revision=self._contained_revision))
        self._file.begin_epoch(epoch, acked_seq, stamp)

    def _take_in_hand(self) -> None:
        if self._in_hand or self._consequences_in_hand:
            return
        with self._lock:
            while self._pending and len(self._in_hand) < GROUP_MAX:
                self._in_hand.append(self._pending.popleft())
            waiting = self._pending_consequences
            if self._in_hand:
                self._taken_seq = self._in_hand[-1].seq
            while waiting and waiting[0].seq <= self._taken_seq:
                self._consequences_in_hand.append(waiting.popleft())

    def _due_settlement(self, *, is_last: bool) -> tuple[tuple[int, int] | None, float | None]:
        """What the cloud settled, if it is to be written now, or else in how many seconds it will be."""
        with self._lock:
            settled, since = self._settled, self._settled_at
        if settled is None:
            return None, None
        wait_s = since + self._limits.settle_delay_s - time.monotonic()
        if self._in_hand or is_last or wait_s <= 0:
            return settled, None
        return None, wait_s

    def _trim(self, last_seq: int) -> None:
        """Keep the file within its limit: the oldest events become part of a gap record."""
        if last_seq - self._acked_seq <= self._limits.events_max:
            return
        first_seq = self._file.first_seq()
        while first_seq is not None and last_seq - first_seq >= self._limits.events_max:
            first_seq = self._fold_oldest(first_seq)

    def _fold_oldest(self, first_seq: int | None) -> int | None:
        """Put one gap record in the place of the oldest events; the number that it has."""
        if first_seq is None:
            return None
        oldest = self._file.read(first_seq - 1, self._limits.fold_count)
        record = fold(oldest, stamp_of(self._clock, 0, GapRecorded(0)))
        self._file.replace_oldest(record)
        logger.error("the journal is full: events up to %d became a gap record", record.seq)
        return record.seq

    # --- In the loop's thread ----------------------------------------------------------------------------------------

    def _committed(self, next_seq: int) -> None:
        self._durable_next_seq = next_seq
        self._grown.set()
        for upto, waiter in self._waiters:
            if upto <= next_seq and not waiter.done():
                waiter.set_result(None)
        self._waiters = [(upto, waiter) for upto, waiter in self._waiters if not waiter.done()]

    def _append_told(self, told: StorageChanged) -> None:
        self.append(told)

    def _fold_pending(self, stamp: JournalEvent) -> None:
        oldest = [self._pending.popleft() for _ in range(min(self._limits.fold_count, len(self._pending) - 1))]
        record = fold(oldest, stamp)
        self._pending.appendleft(record)
        # What followed from the events that are gone is still written, but each person and zone only once.
        folded = [one for one in self._pending_consequences if one.seq <= record.seq]
        rest = [one for one in self._pending_consequences if one.seq > record.seq]
        self._pending_consequences = deque([*newest(folded), *rest])
        logger.error("the disk does not keep up: %d events became a gap record", len(oldest))


def stamp_of(clock: Clock, seq: int, body: EventBody) -> JournalEvent:
    """An event that happens now."""
    return JournalEvent(seq, clock.boot_id, int(clock.monotonic() * 1000), clock.wall_ms(), clock.trust, body)


def new_epoch() -> str:
    """A name for a series of sequence numbers that nobody used before."""
    return secrets.token_hex(8)
