"""What a gateway's store goes through between two power cuts, chosen by a seed, one step after the other.

Everything of the store is the product's own but the thread: the writer's work is done at once, when a step says so,
so that the same seed gives the same operations on the disk.
"""

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from gateway.adapters.store_sqlite import state_file
from gateway.adapters.store_sqlite.database_file import open_or_replace
from gateway.adapters.store_sqlite.disk_space import DiskSpace
from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.adapters.store_sqlite.state_file import StateFile
from gateway.adapters.store_sqlite.state_store import SqliteStateStore
from gateway.adapters.store_sqlite.store import open_journal
from gateway.adapters.store_sqlite.writer_thread import WriterThread
from sync_protocol.journal_events import AccessTaken, EventBody, LaneChanged
from tests.desired_state import DesiredState, flag_row, member_rows, site_row
from tests.fake_clock import FakeClock
from tests.simulation.disk import SimulatedDisk
from tests.simulation.disk_connection import DiskSettings, connection_type

T = TypeVar("T")
LIMITS = JournalLimits(events_max=80, pending_max=40, fold_count=20, settle_delay_s=1e9)
MEMBERS = 40
CHUNK_BYTES = 600


@dataclass(frozen=True, slots=True)
class Promise:
    """A mark on the disk: what the store has told the rest of the gateway, and must still know after a power cut.

    The epoch, the number behind the newest durable event, the revision in force and its digest.
    """

    epoch: str
    next_seq: int
    revision: int
    digest_root: bytes


class GatewayLife:
    """One store on one disk, under the name of a real but empty folder; `cloud` outlives it."""

    def __init__(
        self, disk: SimulatedDisk, folder: Path, settings: DiskSettings, *, cloud: DesiredState, rng: random.Random
    ) -> None:
        self._disk = disk
        self._cloud = cloud
        self._rng = rng
        factory = connection_type(disk, settings)
        space = DiskSpace(folder / "reserve")
        self._journal, _ = open_journal(folder / "journal.db", FakeClock(), LIMITS, space=space, factory=factory)
        self._state_file = StateFile(open_or_replace(folder / "entitlements.db", state_file.KIND, factory).connection)
        writer = _WriterAtOnce(self._journal, self._state_file.tidy)
        self._journal.attach(writer)
        self._state = SqliteStateStore(
            self._state_file, writer, presence=self._journal.presence, on_applied=self._journal.contain
        )
        self._journal.contain(self._state.applied_revision)
        self._promise()

    def live(self, steps: int) -> None:
        """Do so many steps."""
        weighted: list[tuple[Callable[[], None], int]] = [
            (self._append, 30),
            (self._commit, 30),
            (self._settle, 8),
            (self._change_state, 12),
            (self._stage, 12),
            (self._tidy, 8),
            (self._hear, 3),
            (self._set_aside, 2),
            (self._begin_epoch, 1),
        ]
        moves, weights = zip(*weighted, strict=True)
        for move in self._rng.choices(moves, weights, k=steps):
            move()
            self._promise()

    def close(self) -> None:
        """As at the end of the process."""
        self._journal.commit_pending(is_last=True)
        self._promise()
        self._journal.close()
        self._state_file.close()

    def _promise(self) -> None:
        self._disk.mark(
            Promise(
                self._journal.epoch,
                self._journal.outbox.next_seq,
                self._state.applied_revision,
                self._state.digest_root,
            )
        )

    def _append(self) -> None:
        for _ in range(self._rng.choice((1, 1, 1, 2, 5, 25))):
            self._journal.append(self._event())

    def _event(self) -> EventBody:
        if self._rng.random() < 0.4:
            contract_id = f"ctr_{self._rng.randrange(4)}"
            zone_id = self._rng.choice(("", "zon_a", "zon_b"))
            member_id = f"mem_{self._rng.randrange(6)}"
            return AccessTaken("tap", "lan_a", "in", member_id, contract_id, spends_visit=True, zone_id=zone_id)
        return LaneChanged("lan_a", "ready", "x" * self._rng.choice((0, 0, 10, 500, 6000)))

    def _commit(self) -> None:
        self._journal.commit_pending(is_last=self._rng.random() < 0.2)

    def _settle(self) -> None:
        outbox = self._journal.outbox
        if outbox.next_seq > outbox.first_seq:
            upto_seq = self._rng.randrange(outbox.first_seq, outbox.next_seq)
            _finish(self._journal.settle(upto_seq, self._cloud.revision + self._rng.randint(0, 1)))

    def _change_state(self) -> None:
        number = self._rng.randrange(MEMBERS)
        if not self._cloud.rows or self._rng.random() < 0.1:
            self._cloud.put(site_row(f"Club {number}"))
        elif self._rng.random() < 0.3:
            self._cloud.delete(self._rng.choice(sorted(self._cloud.rows)))
        else:
            self._cloud.put(*member_rows(number, visits_left=self._rng.randrange(9)), flag_row(number, number))
        if self._rng.random() < 0.8:
            is_applied = _finish(self._state.apply_delta(self._cloud.delta(self._state.applied_revision)))
            assert is_applied, "the state at hand is what its revision says"

    def _stage(self) -> None:
        """A few chunks of the newest snapshot, from where the store says that it is."""
        staged = self._state.staged
        snapshot_id = f"snap{self._cloud.revision}"
        begin = staged.next_index if staged is not None and staged.snapshot_id == snapshot_id else 0
        for chunk in self._cloud.chunks(snapshot_id, chunk_bytes=CHUNK_BYTES)[begin:][: self._rng.randint(1, 9)]:
            is_last = chunk.index + 1 == chunk.count
            assert _finish(self._state.stage_chunk(chunk)) == is_last, "a snapshot comes out as it was sent"
            self._promise()

    def _tidy(self) -> None:
        while self._state_file.tidy() and self._rng.random() < 0.7:
            pass

    def _hear(self) -> None:
        _finish(self._state.note_clock_floor(self._rng.randrange(2**40)))

    def _set_aside(self) -> None:
        outbox = self._journal.outbox
        if outbox.next_seq > outbox.first_seq:
            _finish(self._journal.set_aside(self._rng.randrange(outbox.first_seq, outbox.next_seq), "odd"))

    def _begin_epoch(self) -> None:
        while self._journal.commit_pending(is_last=True) == 0.0:
            pass
        _finish(self._journal.begin_epoch())


class _WriterAtOnce(WriterThread):
    """The writer without its thread: jobs are done when they are given, events when `commit_pending` is called."""

    def wake(self) -> None:
        pass

    async def submit(self, job: Callable[[], T]) -> T:
        return job()

    def deliver(self, callback: Callable[..., None], *arguments: object) -> None:
        callback(*arguments)


def _finish(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("nothing here has to wait")
