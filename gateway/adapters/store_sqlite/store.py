"""The gateway's memory: opens both files, starts the one writing thread, and closes everything in order.

`open` may find a file unusable: the state starts empty and a snapshot is asked for, the journal goes on under a new
epoch with everything that could be saved.
"""

import asyncio
import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.adapters.store_sqlite import journal_file, state_file
from gateway.adapters.store_sqlite.consequences import Row, rows_of
from gateway.adapters.store_sqlite.database_file import ConnectionFactory, open_for_reading, open_or_replace
from gateway.adapters.store_sqlite.disk_space import DiskSpace
from gateway.adapters.store_sqlite.folder_lock import FolderLock
from gateway.adapters.store_sqlite.gate_reader import SqliteGateReader
from gateway.adapters.store_sqlite.journal import JournalLimits, SqliteJournal, new_epoch, stamp_of
from gateway.adapters.store_sqlite.journal_file import JournalBounds, JournalFile
from gateway.adapters.store_sqlite.lane_orders import SqliteLaneOrders
from gateway.adapters.store_sqlite.salvage import Salvage, salvage_journal
from gateway.adapters.store_sqlite.siblings import SqliteSiblings
from gateway.adapters.store_sqlite.state_file import StateFile
from gateway.adapters.store_sqlite.state_store import SqliteStateStore
from gateway.adapters.store_sqlite.writer_thread import WriterThread
from gateway.service.ports import Clock, StoreBusyError
from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import GapRecorded, parse_event


class GatewayStore:
    """`journal`, `state`, `gate_reader`, `lane_orders` and `siblings` are the ports.

    `async with` runs the writer's thread.

    `clock_floor_ms` is the latest moment that either file knows to have passed.
    """

    def __init__(self, files: "_OpenFiles", *, lock: FolderLock, space: DiskSpace) -> None:
        journal, state = files.journal, files.state
        self.journal = journal
        self.clock_floor_ms = max(files.newest_event_ms, state.contact()[1])
        self._writer = WriterThread(journal, state.work_when_idle)
        journal.attach(self._writer)
        self.siblings = SqliteSiblings(journal)
        self.lane_orders = SqliteLaneOrders(journal.file, self._writer)
        self.state = SqliteStateStore(state, self._writer, presence=journal.presence, on_applied=journal.contain)
        journal.contain(self.state.applied_revision)
        self.gate_reader = SqliteGateReader(files.reading, self.state.contact)
        self._state_file = state
        self._lock = lock
        self._space = space

    @classmethod
    def open(
        cls,
        state_dir: Path,
        clock: Clock,
        *,
        limits: JournalLimits | None = None,
        factory: ConnectionFactory = sqlite3.Connection,
    ) -> "GatewayStore":
        """Open or create both files; blocks for as long as their check takes.

        Raises:
            StoreBusyError: another process has them open, or the disk is full or not writable.
        """
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        space = DiskSpace(state_dir / "reserve")
        lock = FolderLock.acquire(state_dir)
        opening = _Opening(state_dir, clock, limits or JournalLimits(), space, factory)
        try:
            files = opening.open_with_room()
        except sqlite3.OperationalError as error:
            lock.release()
            raise StoreBusyError(f"the files in {state_dir} cannot be opened now: {error}") from error
        except BaseException:
            lock.release()
            raise
        return cls(files, lock=lock, space=space)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._space.regain)
        self._writer.start()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Write what is pending, then close."""
        await self._writer.stop()
        self.close()

    async def run(self) -> None:
        """Wait for ever.

        Raises:
            Exception: whatever ended the writer's thread; without it the gateway must be started again.
        """
        await asyncio.shield(self._writer.failed)

    def close(self) -> None:
        """Close the files without the writer's thread, for a store that was never entered."""
        self.gate_reader.close()
        self._state_file.close()
        self.journal.close()
        self._lock.release()


@dataclass(frozen=True, slots=True)
class _OpenFiles:
    """Both files, checked and current; `newest_event_ms` is when the newest event happened (UTC)."""

    journal: SqliteJournal
    newest_event_ms: int
    state: StateFile
    reading: sqlite3.Connection


@dataclass(frozen=True, slots=True)
class _Opening:
    """What it takes to open the files of one gateway."""

    folder: Path
    clock: Clock
    limits: JournalLimits
    space: DiskSpace
    factory: ConnectionFactory

    def open_with_room(self) -> _OpenFiles:
        """Open both files, on a full disk with the help of the reserve."""
        try:
            return self._open()
        except sqlite3.OperationalError as error:
            if not self.space.give_way(error):
                raise
            return self._open()

    def _open(self) -> _OpenFiles:
        path = self.folder / "entitlements.db"
        with contextlib.ExitStack() as unwinding:
            journal, newest_event_ms = open_journal(
                self.folder / "journal.db", self.clock, self.limits, space=self.space, factory=self.factory
            )
            unwinding.callback(journal.close)
            connection = open_or_replace(path, state_file.KIND, self.factory).connection
            unwinding.callback(connection.close)
            files = _OpenFiles(journal, newest_event_ms, StateFile(connection), open_for_reading(path, self.factory))
            unwinding.pop_all()
        return files


def open_journal(
    path: Path, clock: Clock, limits: JournalLimits, *, space: DiskSpace, factory: ConnectionFactory
) -> tuple[SqliteJournal, int]:
    """The journal, begun anew with what could be saved when the file was unusable, and its newest moment (UTC ms)."""
    opened = open_or_replace(path, journal_file.KIND, factory)
    file = JournalFile(opened.connection)
    with contextlib.ExitStack() as unwinding:
        unwinding.callback(file.close)
        bounds = file.bounds()
        if bounds is None:
            stamp = stamp_of(clock, 0, GapRecorded(0))
            saved = salvage_journal(opened.aside, stamp) if opened.aside is not None else Salvage((), ())
            rows: list[Row] = [*saved.visits, *rows_of(saved.presence), *saved.sibling_marks]
            file.begin(new_epoch(), saved.events, rows)
            for lane_id, order in saved.lane_orders.items():
                file.keep_lane_order(lane_id, order)
            bounds = file.bounds()
        assert bounds is not None, "the file has just begun"
        journal = SqliteJournal(file, bounds, space=space, clock=clock, limits=limits)
        newest_event_ms = _newest_moment_ms(file, bounds)
        unwinding.pop_all()
    return journal, newest_event_ms


def _newest_moment_ms(file: JournalFile, bounds: JournalBounds) -> int:
    """When the newest event happened, as far as its clock was believed."""
    for sealed in file.read(bounds.next_seq - 2, 1):
        with contextlib.suppress(MalformedMessageError):
            event = parse_event(sealed)
            return 0 if event.clock == "untrusted" else event.wall_ms
    return 0
