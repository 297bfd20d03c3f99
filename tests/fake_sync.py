"""Ten-line fakes of the sync's ports, in memory."""

import asyncio

from gateway.service.ports import LinkDownError, StoreBusyError
from sync_protocol.digest import Digest
from sync_protocol.journal_events import EventBody, SealedEvent
from sync_protocol.messages import BucketRepair, Delta, Message, OutboxRange, SnapshotChunk, StagedSnapshot
from tests.journal_series import series


class FakeLink:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.is_connected = True
        self.sent: list[Message] = []
        self.given_up: list[str] = []

    async def publish(self, message: Message) -> None:
        if not self.is_connected:
            raise LinkDownError("down")
        self.sent.append(message)

    def reconnect(self, why: str) -> None:
        self.given_up.append(why)


class FakeJournal:
    """A journal of events that happened long ago."""

    def __init__(self, count: int) -> None:
        self.epoch = "epoch-a"
        self.fault: str | None = None
        self.acked_seq = -1
        self.events = series(count)
        self.settled: list[tuple[int, int]] = []
        self.aside: list[tuple[int, str]] = []

    @property
    def outbox(self) -> OutboxRange:
        return OutboxRange(self.acked_seq + 1, len(self.events))

    async def read_outbox(self, after_seq: int, limit: int) -> list[SealedEvent]:
        return self.events[after_seq + 1 : after_seq + 1 + limit]

    async def settle(self, upto_seq: int, counted_revision: int) -> None:
        self.acked_seq = upto_seq
        self.settled.append((upto_seq, counted_revision))

    async def set_aside(self, seq: int, reason: str) -> None:
        self.aside.append((seq, reason))

    async def begin_epoch(self) -> None:
        self.epoch, self.acked_seq = "epoch-b", -1

    async def wait_for_more(self, after_seq: int) -> None:
        if after_seq + 1 >= len(self.events):
            await asyncio.Event().wait()

    def append(self, body: EventBody) -> int:
        raise AssertionError(f"the sync appends nothing: {body}")

    async def flushed(self) -> None: ...

    def visits_spent(self, contract_id: str) -> int:
        return len(contract_id) * 0


class FakeStateStore:
    """Says yes or no as it is told to."""

    def __init__(self) -> None:
        self.applied_revision = 5
        self.digest_root = Digest().root()
        self.staged: StagedSnapshot | None = None
        self.answer = True
        self.stages = False
        self.is_damaged = False
        self.is_busy = False
        self.is_countable = True
        self.contacts: list[int] = []
        self.floors: list[int] = []

    async def apply_delta(self, delta: Delta) -> bool:
        if self.is_busy:
            raise StoreBusyError("full")
        if self.answer:
            self.applied_revision, self.digest_root = delta.to_revision, delta.digest_root
        return self.answer

    async def stage_chunk(self, chunk: SnapshotChunk) -> bool:
        if self.is_busy:
            raise StoreBusyError("full")
        if self.answer:
            self.applied_revision = chunk.revision
        elif self.stages and chunk.index == (self.staged.next_index if self.staged else 0):
            self.staged = StagedSnapshot(chunk.snapshot_id, chunk.index + 1)
        return self.answer

    async def count_buckets(self) -> bytes | None:
        return Digest().to_bytes() if self.is_countable else None

    async def stage_repair(self, part: BucketRepair) -> bool:
        if self.is_busy:
            raise StoreBusyError("full")
        if self.answer:
            self.applied_revision, self.digest_root = part.to_revision, part.digest_root
        return self.answer

    async def note_contact(self, at: int) -> None:
        if self.is_busy:
            raise StoreBusyError("full")
        self.contacts.append(at)

    async def correct_contact(self, at: int) -> None:
        await self.note_contact(at)

    async def note_clock_floor(self, at_ms: int) -> None:
        if self.is_busy:
            raise StoreBusyError("full")
        self.floors.append(at_ms)
