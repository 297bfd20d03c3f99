"""A disk on which every sync takes 50 ms: nobody waits but the writer's thread, and it syncs as little as it may."""

import asyncio
from pathlib import Path

from gateway.adapters.store_sqlite import state_file
from gateway.adapters.store_sqlite.database_file import open_or_replace
from gateway.adapters.store_sqlite.disk_space import DiskSpace
from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.adapters.store_sqlite.state_file import StateFile
from gateway.adapters.store_sqlite.store import open_journal
from gateway.adapters.store_sqlite.writer_thread import WriterThread
from sync_protocol.journal_events import LaneChanged
from tests.desired_state import club, flag_row
from tests.fake_clock import FakeClock
from tests.held_disk import HeldDisk
from tests.in_loop import in_loop
from tests.simulation.disk import SimulatedDisk, Synced
from tests.simulation.disk_connection import DiskSettings, connection_type

SYNC_S = 0.05
EVENTS = 400


def syncs_of(disk: SimulatedDisk) -> int:
    return sum(isinstance(operation, Synced) for operation in disk.log)


@in_loop
async def test_events_are_handed_over_at_once_and_share_their_syncs(tmp_path: Path) -> None:
    disk, held = SimulatedDisk(), HeldDisk(SYNC_S)
    factory = connection_type(disk, DiskSettings(before_sync=held.sync))
    space = DiskSpace(tmp_path / "reserve")
    journal, _ = open_journal(tmp_path / "journal.db", FakeClock(), JournalLimits(), space=space, factory=factory)
    writer = WriterThread(journal, lambda: False)
    journal.attach(writer)
    writer.start()
    before = syncs_of(disk)
    held.hold()
    for number in range(EVENTS):
        if number == EVENTS // 2:
            held.let_go()
        journal.append(LaneChanged("lan_a", "ready", str(number)))
        await asyncio.sleep(0.001)
    await journal.flushed()
    assert held.was_let_go, "an event waited for the disk"
    assert journal.outbox.next_seq == EVENTS
    assert syncs_of(disk) - before < EVENTS / 4
    await writer.stop()
    journal.close()


def test_a_whole_snapshot_costs_few_syncs_and_a_delta_one(tmp_path: Path) -> None:
    disk = SimulatedDisk()
    file = StateFile(open_or_replace(tmp_path / "state.db", state_file.KIND, connection_type(disk)).connection)
    state = club(1000)
    chunks = state.chunks(chunk_bytes=2000)
    before = syncs_of(disk)
    assert [file.stage_chunk(chunk) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert len(chunks) > 50
    assert syncs_of(disk) - before <= 5, "the last chunk, and what checkpoints of SQLite's log need"
    before = syncs_of(disk)
    state.put(flag_row(1, 7))
    assert file.apply_delta(state.delta(1))
    assert syncs_of(disk) - before == 1
    file.close()
