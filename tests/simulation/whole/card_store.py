"""The gateway's store on a card, put together as `GatewayStore` does it, with the writer's work done by the loop."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, TypeVar

from gateway.adapters.store_sqlite import state_file
from gateway.adapters.store_sqlite.database_file import open_for_reading, open_or_replace
from gateway.adapters.store_sqlite.disk_space import DiskSpace
from gateway.adapters.store_sqlite.gate_reader import SqliteGateReader
from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.adapters.store_sqlite.lane_orders import SqliteLaneOrders
from gateway.adapters.store_sqlite.state_file import StateFile
from gateway.adapters.store_sqlite.state_store import SqliteStateStore
from gateway.adapters.store_sqlite.store import open_journal
from gateway.adapters.store_sqlite.writer_thread import WriterThread
from gateway.service.ports import Clock
from tests.simulation.whole.card import Card

T = TypeVar("T")
TICK_S = 1e-6
"""Between two timers that must not change places."""


class CardStore:
    """`journal`, `state`, `gate_reader` and `lane_orders` are the product's, from one start to the next power cut."""

    def __init__(self, card: Card, clock: Clock, limits: JournalLimits, rng: random.Random) -> None:
        space = DiskSpace(card.folder / "reserve")
        factory = card.connection_type
        self.journal, newest_event_ms = open_journal(
            card.folder / "journal.db", clock, limits, space=space, factory=factory
        )
        path = card.folder / "entitlements.db"
        self._state_file = StateFile(open_or_replace(path, state_file.KIND, factory).connection)
        self._card = card
        self._rng = rng
        self._writer = _LoopWriter(self.journal, self._state_file.work_when_idle, rng)
        self._writer.start()
        self.journal.attach(self._writer)
        self.lane_orders = SqliteLaneOrders(self.journal.file, self._writer)
        self.state = SqliteStateStore(
            self._state_file, self._writer, presence=self.journal.presence, on_applied=self.journal.contain
        )
        self.journal.contain(self.state.applied_revision)
        self.gate_reader = SqliteGateReader(open_for_reading(path), self.state.contact)
        self.clock_floor_ms = max(newest_event_ms, self._state_file.contact()[1])

    def lose_power(self) -> None:
        """Nothing more is written; what was not promised may be gone."""
        self._writer.halt()
        self.gate_reader.close()
        self._state_file.close()
        self.journal.close()
        self._card.lose_power(self._rng)


class _LoopWriter(WriterThread):
    """The writer without its thread: a turn of its work every now and then, until `halt`."""

    def __init__(self, group_commit: Any, idle_work: Callable[[], bool], rng: random.Random) -> None:
        super().__init__(group_commit, idle_work)
        self._rng = rng
        self._slowest_s = rng.choice((0.001, 0.02, 0.5))
        self._turn_due: asyncio.TimerHandle | None = None
        self._is_halted = False
        self._delivered_s = 0.0

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.failed = self._loop.create_future()
        self._wait(0.0)

    def wake(self) -> None:
        self._wait(0.0)

    async def submit(self, job: Callable[[], T]) -> T:
        self._wait(0.0)
        return await super().submit(job)

    def deliver(self, callback: Callable[..., None], *arguments: object) -> None:
        self._delivered_s = max(self._delivered_s + TICK_S, self._loop.time() + self._rng.random() * 0.002)
        self._loop.call_at(self._delivered_s, self._call_back, callback, arguments)

    def halt(self) -> None:
        self._is_halted = True
        if self._turn_due is not None:
            self._turn_due.cancel()

    def _call_back(self, callback: Callable[..., None], arguments: tuple[object, ...]) -> None:
        if not self._is_halted:
            callback(*arguments)

    def _wait(self, at_least_s: float) -> None:
        due_s = self._loop.time() + at_least_s + self._rng.random() * self._slowest_s
        if self._turn_due is not None:
            if self._turn_due.when() <= due_s:
                return
            self._turn_due.cancel()
        if not self._is_halted:
            self._turn_due = self._loop.call_at(due_s, self._turn)

    def _turn(self) -> None:
        """What the thread does each time round."""
        self._turn_due = None
        job = self._jobs.popleft() if self._jobs else None
        again_in_s = self._group_commit.commit_pending(is_last=False)
        if job is not None:
            self._do(*job)
        is_busy = job is not None or self._idle_work()
        if is_busy or self._jobs or again_in_s == 0.0:
            self._wait(0.0)
        elif again_in_s is not None:
            self._wait(again_in_s)
