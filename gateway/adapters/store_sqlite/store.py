"""The gateway's memory: opens both files, starts the one writing thread, and closes everything in order.

`open` may find a file unusable: the state starts empty and a snapshot is asked for, the journal goes on under a new
epoch with everything that could be saved.
"""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.adapters.store_sqlite import journal_file, state_file
from gateway.adapters.store_sqlite.database_file import ConnectionFactory, open_for_reading, open_or_replace
from gateway.adapters.store_sqlite.folder_lock import FolderLock
from gateway.adapters.store_sqlite.gate_reader import SqliteGateReader
from gateway.adapters.store_sqlite.journal import JournalLimits, SqliteJournal, new_epoch, stamp_of
from gateway.adapters.store_sqlite.journal_file import JournalBounds, JournalFile
from gateway.adapters.store_sqlite.salvage import Salvage, salvage_journal
from gateway.adapters.store_sqlite.state_file import StateFile
from gateway.adapters.store_sqlite.state_store import SqliteStateStore
from gateway.adapters.store_sqlite.writer_thread import WriterThread
from gateway.service.ports import Clock, StoreBusyError
from sync_protocol.errors import MalformedMessageError
from sync_protocol.journal_events import GapRecorded, parse_event


class GatewayStore:
    """`journal`, `state` and `gate_reader` are the ports; `async with` runs the writer's thread.

    `clock_floor_ms` is the latest moment that either file knows to have passed.
    """

    def __init__(
        self, journal: SqliteJournal, state: StateFile, reading: sqlite3.Connection, *, lock: FolderLock, floor_ms: int
    ) -> None:
        self.journal = journal
        self.clock_floor_ms = max(floor_ms, state.contact()[1])
        self._writer = WriterThread(journal, state.tidy)
        journal.attach(self._writer)
        self.state = SqliteStateStore(state, self._writer, on_applied=journal.contain)
        journal.contain(self.state.applied_revision)
        self.gate_reader = SqliteGateReader(reading, self.state.contact)
        self._state_file = state
        self._lock = lock

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
        entitlements_path = state_dir / "entitlements.db"
        with contextlib.ExitStack() as unwinding:
            lock = FolderLock.acquire(state_dir)
            unwinding.callback(lock.release)
            try:
                journal, floor_ms = open_journal(state_dir / "journal.db", clock, limits or JournalLimits(), factory)
                unwinding.callback(journal.close)
                state = StateFile(open_or_replace(entitlements_path, state_file.KIND, factory).connection)
                unwinding.callback(state.close)
                reading = open_for_reading(entitlements_path, factory)
            except sqlite3.OperationalError as error:
                raise StoreBusyError(f"the files in {state_dir} cannot be opened now: {error}") from error
            unwinding.pop_all()
        return cls(journal, state, reading, lock=lock, floor_ms=floor_ms)

    async def __aenter__(self) -> Self:
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


def open_journal(
    path: Path, clock: Clock, limits: JournalLimits, factory: ConnectionFactory
) -> tuple[SqliteJournal, int]:
    """The journal, begun anew with what could be saved when the file was unusable, and its newest moment (UTC ms)."""
    opened = open_or_replace(path, journal_file.KIND, factory)
    file = JournalFile(opened.connection)
    bounds = file.bounds()
    if bounds is None:
        stamp = stamp_of(clock, 0, GapRecorded(0))
        saved = salvage_journal(opened.aside, stamp) if opened.aside is not None else Salvage((), ())
        file.begin(new_epoch(), saved.events, saved.visits)
        bounds = file.bounds()
    assert bounds is not None, "the file has just begun"
    return SqliteJournal(file, bounds, clock=clock, limits=limits), _newest_moment_ms(file, bounds)


def _newest_moment_ms(file: JournalFile, bounds: JournalBounds) -> int:
    """When the newest event happened, as far as its clock was believed."""
    for sealed in file.read(bounds.next_seq - 2, 1):
        with contextlib.suppress(MalformedMessageError):
            event = parse_event(sealed)
            return 0 if event.clock == "untrusted" else event.wall_ms
    return 0
