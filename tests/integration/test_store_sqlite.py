"""The gateway's two files on a real disk: power cuts, damage, newer programs, slow disks."""

import asyncio
import contextlib
import json
import logging
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.service.ports import StoreBusyError
from sync_protocol.journal_events import GapRecorded, GatewayStarted, SealedEvent, parse_event
from sync_protocol.messages import StagedSnapshot
from tests.desired_state import DesiredState, club, credential_hash_of, flag_row, load, member_rows, site_row
from tests.fake_clock import FakeClock
from tests.journal_series import assert_complete, taken

ROOT = Path(__file__).resolve().parents[2]


class SlowConnection(sqlite3.Connection):
    """Every commit takes 50 ms longer, as on a worn card."""

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if sql == "COMMIT":
            time.sleep(0.05)
        return super().execute(sql, *arguments)


class FullDisk(sqlite3.Connection):
    """Refuses commits while `is_full`."""

    is_full = False

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if sql == "COMMIT" and FullDisk.is_full:
            raise sqlite3.OperationalError("database or disk is full")
        return super().execute(sql, *arguments)


@contextlib.asynccontextmanager
async def opened(
    folder: Path, *, limits: JournalLimits | None = None, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> AsyncIterator[GatewayStore]:
    async with GatewayStore.open(folder, FakeClock(), limits=limits, factory=factory) as store:
        yield store


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(bounded())


async def everything_in(store: GatewayStore) -> list[SealedEvent]:
    await store.journal.flushed()
    return await store.journal.read_outbox(-1, 10_000_000)


def test_events_come_back_in_order_and_linked_after_a_restart(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            epoch = store.journal.epoch
            for number in range(2500):
                assert store.journal.append(GatewayStarted("1", number)) == number
        async with opened(tmp_path) as store:
            assert store.journal.epoch == epoch
            assert store.journal.append(GatewayStarted("1", 2500)) == 2500
            assert assert_complete(await everything_in(store)) == 2501

    run(test)


def test_settled_events_leave_the_file_and_the_numbers_go_on(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            for number in range(10):
                store.journal.append(GatewayStarted("1", number))
            await store.journal.flushed()
            await store.journal.settle(9, 1)
            assert store.journal.outbox.first_seq == 10
        async with opened(tmp_path) as store:
            assert await everything_in(store) == []
            assert store.journal.acked_seq == 9
            assert store.journal.append(GatewayStarted("1", 10)) == 10
            (event,) = await everything_in(store)
            assert event.seq == 10

    run(test)


def test_an_unflushed_event_is_not_given_out(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path, factory=SlowConnection) as store:
            store.journal.append(GatewayStarted("1", 0))
            assert store.journal.outbox.next_seq == 0
            await store.journal.wait_for_more(-1)
            assert store.journal.outbox.next_seq == 1

    run(test)


def test_spent_visits_survive_a_restart_until_the_state_contains_them(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            for _ in range(3):
                store.journal.append(taken("ctr_a"))
            assert store.journal.visits_spent("ctr_a") == 3
            await store.journal.flushed()
            await store.journal.settle(0, counted_revision=1)
        async with opened(tmp_path) as store:
            assert store.journal.visits_spent("ctr_a") == 3
            await load(store.state, club(1))
            assert store.journal.visits_spent("ctr_a") == 2
        async with opened(tmp_path) as store:
            assert store.journal.visits_spent("ctr_a") == 2

    run(test)


def test_a_full_journal_says_what_it_dropped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    limits = JournalLimits(events_max=100, fold_count=20)

    async def test() -> None:
        async with opened(tmp_path, limits=limits) as store:
            for number in range(250):
                store.journal.append(GatewayStarted("1", number))
            events = await everything_in(store)
            assert len(events) <= 101
            assert assert_complete(events) == 250
            body = parse_event(events[0]).body
            assert isinstance(body, GapRecorded)
            assert sum(body.dropped.values()) == events[0].seq + 1
            store.journal.append(GatewayStarted("1", 250))
            assert assert_complete(await everything_in(store)) == 251

    run(test)
    assert "the journal is full" in caplog.text


def test_a_disk_that_does_not_keep_up_costs_a_counted_gap_and_never_a_wait(tmp_path: Path) -> None:
    limits = JournalLimits(pending_max=100, fold_count=30)

    async def test() -> None:
        async with opened(tmp_path, limits=limits, factory=SlowConnection) as store:
            for number in range(1000):
                store.journal.append(GatewayStarted("1", number))
            assert assert_complete(await everything_in(store)) == 1000

    run(test)


def test_a_full_disk_is_waited_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with opened(tmp_path, factory=FullDisk) as store:
            FullDisk.is_full = True
            with pytest.raises(StoreBusyError):
                await store.state.note_clock_floor(1)
            store.journal.append(GatewayStarted("1", 0))
            store.journal.append(taken())
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await store.journal.flushed()
            FullDisk.is_full = False
            assert assert_complete(await everything_in(store)) == 2

    run(test)
    assert caplog.text.count("cannot be written") == 1


WRITER = """
import asyncio, json, sys
from functools import partial
from pathlib import Path
from gateway.adapters.store_sqlite.store import GatewayStore
from sync_protocol.journal_events import GatewayStarted
from tests.fake_clock import FakeClock

async def main():
    async with GatewayStore.open(Path(sys.argv[1]), FakeClock()) as store:
        while True:
            for _ in range(7):
                seq = store.journal.append(GatewayStarted("1", 0))
            await store.journal.flushed()
            sys.stdout.write(json.dumps(seq) + "\\n")
            sys.stdout.flush()

asyncio.run(main())
"""


def test_a_writer_killed_at_any_moment_loses_nothing_that_it_called_durable(tmp_path: Path) -> None:
    highest = -1
    for round_number in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(20 + round_number * 13):
                highest = json.loads(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            for line in writer.stdout.read().splitlines():
                with contextlib.suppress(json.JSONDecodeError):  # the last line may be cut
                    highest = json.loads(line)
        run(partial(_assert_durable_up_to, tmp_path, highest))


async def _assert_durable_up_to(folder: Path, seq: int) -> None:
    async with opened(folder) as store:
        assert assert_complete(await everything_in(store)) > seq


def test_the_state_is_found_as_the_cloud_sent_it(tmp_path: Path) -> None:
    state = club(50)
    state.put(flag_row(1, 7), flag_row(2, 7, "Second"))

    async def test() -> None:
        async with opened(tmp_path) as store:
            assert store.gate_reader.find_gate_view(credential_hash_of(7)).site is None
            await load(store.state, state)
            view = store.gate_reader.find_gate_view(credential_hash_of(7))
            assert view.credential is not None
            assert view.entitlement is not None
            assert view.site is not None
            assert (view.credential.member_id, view.entitlement.display_name) == (f"mem_{7:020d}", "Member 7")
            assert [flag.texts["en"] for flag in view.flags] == ["See the desk", "Second"]
            assert (view.revision, view.site.time_zone) == (2, "Europe/Rome")
            unknown = store.gate_reader.find_gate_view("f" * 32)
            assert (unknown.credential, unknown.entitlement, unknown.flags) == (None, None, ())
            assert unknown.site is not None

    run(test)


def test_a_delta_applies_once_and_only_on_its_revision(tmp_path: Path) -> None:
    state = club(5)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            state.put(flag_row(1, 3), site_row("New name"))
            state.put(member_rows(9)[0], *member_rows(3, visits_left=2))
            delta = state.delta(1)
            assert await store.state.apply_delta(delta)
            assert not await store.state.apply_delta(delta)
            assert (store.state.applied_revision, store.state.digest_root) == (3, state.digest_root)
            view = store.gate_reader.find_gate_view(credential_hash_of(3))
            assert view.site is not None
            assert view.entitlement is not None
            assert (view.site.name, len(view.flags), view.entitlement.windows[0].visits_left) == ("New name", 1, 2)
            state.delete(f"flag/flg_{1:020d}", f"credential/{credential_hash_of(9)}", "flag/unknown")
            assert await store.state.apply_delta(state.delta(3))
            assert store.gate_reader.find_gate_view(credential_hash_of(3)).flags == ()
            assert store.gate_reader.find_gate_view(credential_hash_of(9)).credential is None

    run(test)


def test_a_flag_that_changes_its_member_leaves_the_first_one(tmp_path: Path) -> None:
    state = club(5)
    state.put(flag_row(1, 3))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            state.put(flag_row(1, 4))
            assert await store.state.apply_delta(state.delta(2))
            assert store.gate_reader.find_gate_view(credential_hash_of(3)).flags == ()
            assert len(store.gate_reader.find_gate_view(credential_hash_of(4)).flags) == 1

    run(test)


def test_a_delta_with_a_wrong_digest_changes_nothing(tmp_path: Path) -> None:
    state = club(5)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            before = store.state.digest_root
            state.put(flag_row(1, 3))
            delta = state.delta(1)
            state.put(flag_row(2, 3))
            wrong = type(delta)(1, 2, state.digest_root, delta.upserts)
            assert not await store.state.apply_delta(wrong)
            assert (store.state.applied_revision, store.state.digest_root) == (1, before)
            assert store.gate_reader.find_gate_view(credential_hash_of(3)).flags == ()
            assert await store.state.apply_delta(delta)

    run(test)


def test_a_snapshot_goes_on_after_a_restart_between_its_chunks(tmp_path: Path) -> None:
    chunks = club(2000).chunks("snap", chunk_bytes=20_000)
    assert len(chunks) > 4

    async def test() -> None:
        async with opened(tmp_path) as store:
            for chunk in chunks[:3]:
                assert not await store.state.stage_chunk(chunk)
            assert not await store.state.stage_chunk(chunks[1])
            assert not await store.state.stage_chunk(chunks[4])
        async with opened(tmp_path) as store:
            assert store.state.staged == StagedSnapshot("snap", 3)
            assert store.gate_reader.find_gate_view(credential_hash_of(1)).site is None
            done = [await store.state.stage_chunk(chunk) for chunk in chunks[3:]]
            assert done == [False] * (len(chunks) - 4) + [True]
            assert store.gate_reader.find_gate_view(credential_hash_of(1)).credential is not None

    run(test)


def test_another_snapshot_replaces_the_one_that_was_being_staged(tmp_path: Path) -> None:
    old, new = club(2000), club(1500)

    async def test() -> None:
        async with opened(tmp_path) as store:
            for chunk in old.chunks("old")[:2]:
                await store.state.stage_chunk(chunk)
            await load(store.state, new)
            assert store.state.digest_root == new.digest_root
            assert store.gate_reader.find_gate_view(credential_hash_of(1700)).credential is None

    run(test)


def test_a_snapshot_that_comes_out_wrong_is_forgotten(tmp_path: Path) -> None:
    good, other = club(100), club(101)
    (chunk,) = good.chunks()

    async def test() -> None:
        async with opened(tmp_path) as store:
            wrong = type(chunk)("bad", 1, 0, 1, other.digest_root, chunk.rows)
            assert not await store.state.stage_chunk(wrong)
            twice = type(chunk)("bad", 1, 0, 1, good.digest_root, (*chunk.rows, chunk.rows[0]))
            assert not await store.state.stage_chunk(twice)
            assert store.state.staged is None
            assert store.state.applied_revision == 0
            await load(store.state, good)
            assert store.state.applied_revision == 1

    run(test)


def test_a_snapshot_older_than_the_state_in_force_is_ignored(tmp_path: Path) -> None:
    state = club(10)
    old = state.chunks("old")
    state.put(flag_row(1, 1))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            assert not await store.state.stage_chunk(old[0])
            assert store.state.applied_revision == 2

    run(test)


def test_earlier_generations_are_cleared_away(tmp_path: Path) -> None:
    state = club(3000)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            state.put(flag_row(1, 1))
            await load(store.state, state)
            reading = sqlite3.connect(f"file:{tmp_path}/entitlements.db?mode=ro", uri=True)
            with contextlib.closing(reading):
                while reading.execute("SELECT count(DISTINCT generation) FROM state_row").fetchone()[0] > 1:
                    await asyncio.sleep(0.01)
                assert reading.execute("SELECT count(*) FROM state_row").fetchone()[0] == len(state.rows)
                assert reading.execute("SELECT count(*) FROM member_flag").fetchone()[0] == 1

    run(test)


def test_taps_read_one_whole_state_while_a_snapshot_is_swapped_in(tmp_path: Path) -> None:
    state = club(3000)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            state.put(site_row("Second"), *(member_rows(n, visits_left=2)[1] for n in range(3000)))
            loading = asyncio.ensure_future(load(store.state, state))
            seen = set()
            while not loading.done():
                view = store.gate_reader.find_gate_view(credential_hash_of(1234))
                assert view.site is not None
                assert view.entitlement is not None
                seen.add((view.revision, view.site.name, view.entitlement.windows[0].visits_left))
                await asyncio.sleep(0)
            assert seen <= {(1, "Club", None), (2, "Second", 2)}
            assert (1, "Club", None) in seen

    run(test)


def test_a_slow_disk_delays_neither_a_lookup_nor_an_append(tmp_path: Path) -> None:
    state = club(2000)

    async def test() -> None:
        async with opened(tmp_path, factory=SlowConnection) as store:
            await load(store.state, state)
            state.put(*(member_rows(n, visits_left=2)[1] for n in range(2000)))
            loading = asyncio.ensure_future(load(store.state, state))
            slowest = 0.0
            count = 0
            while not loading.done() or count < 100:
                started = time.perf_counter()
                store.gate_reader.find_gate_view(credential_hash_of(count % 2000))
                store.journal.append(GatewayStarted("1", count))
                slowest = max(slowest, time.perf_counter() - started)
                count += 1
                await asyncio.sleep(0.001)
            assert slowest < 0.045, f"{slowest * 1000:.1f} ms: as long as a sync of the disk"
            assert len(await everything_in(store)) == count

    run(test)


def damage(path: Path) -> None:
    """Overwrite the middle of the file."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * 8192)


def test_a_damaged_state_is_put_aside_and_costs_no_event(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    state = club(1000)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            store.journal.append(GatewayStarted("1", 0))
            epoch = store.journal.epoch
        damage(tmp_path / "entitlements.db")
        async with opened(tmp_path) as store:
            assert (store.state.applied_revision, store.journal.epoch) == (0, epoch)
            assert len(await everything_in(store)) == 1
            await load(store.state, state)

    run(test)
    assert "is corrupt" in caplog.text
    assert [path.name for path in tmp_path.glob("*.aside-*")] == ["entitlements.db.aside-corrupt-0001"]


def test_a_damaged_journal_is_saved_as_far_as_it_can_be_read(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            for number in range(3000):
                store.journal.append(GatewayStarted("1", number))
            store.journal.append(taken("ctr_a"))
            epoch = store.journal.epoch
        damage(tmp_path / "journal.db")
        async with opened(tmp_path) as store:
            assert store.journal.epoch != epoch
            events = await everything_in(store)
            assert assert_complete(events) == 3001
            readable = [event for event in events if not isinstance(parse_event(event).body, GapRecorded)]
            assert len(readable) > 2000
            assert store.journal.visits_spent("ctr_a") == 1
            assert store.journal.append(GatewayStarted("1", 0)) == 3001

    run(test)


@pytest.mark.parametrize("content", [b"not a database at all" * 500, b"SQLite format 3\x00" + b"\xff" * 4080, b"x"])
def test_rubbish_in_the_place_of_the_files_is_put_aside(tmp_path: Path, content: bytes) -> None:
    for name in ("entitlements.db", "journal.db"):
        (tmp_path / name).write_bytes(content)

    async def test() -> None:
        async with opened(tmp_path) as store:
            store.journal.append(GatewayStarted("1", 0))
            assert len(await everything_in(store)) == 1
            await load(store.state, club(3))

    run(test)


def test_files_of_a_newer_program_are_put_aside_and_the_events_saved(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            store.journal.append(GatewayStarted("1", 7))
            await load(store.state, club(3))
        for name in ("entitlements.db", "journal.db"):
            with contextlib.closing(sqlite3.connect(tmp_path / name)) as connection:
                connection.execute("PRAGMA user_version = 99")
        async with opened(tmp_path) as store:
            assert store.state.applied_revision == 0
            (event,) = await everything_in(store)
            assert parse_event(event).body == GatewayStarted("1", 7)

    run(test)
    assert len(list(tmp_path.glob("*.aside-newer-0001"))) == 2


def test_only_the_newest_files_put_aside_are_kept(tmp_path: Path) -> None:
    for _ in range(6):
        (tmp_path / "journal.db").write_bytes(b"rubbish" * 1000)
        GatewayStore.open(tmp_path, FakeClock()).close()
    assert sorted(path.name[-4:] for path in tmp_path.glob("journal.db.aside-*")) == ["0004", "0005", "0006"]


def test_a_second_gateway_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    store = GatewayStore.open(tmp_path, FakeClock())
    with pytest.raises(StoreBusyError, match="another gateway"):
        GatewayStore.open(tmp_path, FakeClock())
    store.close()
    GatewayStore.open(tmp_path, FakeClock()).close()


def test_a_current_file_is_opened_without_the_migration_library(tmp_path: Path) -> None:
    GatewayStore.open(tmp_path, FakeClock()).close()
    script = (
        "import sys; from pathlib import Path; from gateway.adapters.store_sqlite.store import GatewayStore;"
        "from tests.fake_clock import FakeClock; GatewayStore.open(Path(sys.argv[1]), FakeClock()).close();"
        "sys.exit('sqlite_utils' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=True)


def test_a_refused_event_is_put_aside_with_its_reason(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    async def test() -> None:
        async with opened(tmp_path) as store:
            store.journal.append(GatewayStarted("1", 7))
            await store.journal.flushed()
            await store.journal.set_aside(0, "too odd")
            await store.journal.set_aside(0, "too odd")
            await store.journal.set_aside(99, "never heard of")
            await store.journal.settle(0, 0)

    run(test)
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.db")) as connection:
        assert connection.execute("SELECT seq, reason FROM set_aside").fetchall() == [(0, "too odd")]
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (0,)


def test_a_new_epoch_goes_on_with_the_same_numbers(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            for number in range(10):
                store.journal.append(GatewayStarted("1", number))
            await store.journal.flushed()
            await store.journal.settle(5, 1)
            old = store.journal.epoch
            await store.journal.begin_epoch()
            assert (store.journal.epoch != old, store.journal.acked_seq) == (True, -1)
            store.journal.append(GatewayStarted("1", 10))
            events = await everything_in(store)
            assert assert_complete(events) == 11
            assert parse_event(events[0]).body == GapRecorded(0, {"earlier_epoch": 6})
        async with opened(tmp_path) as store:
            assert store.journal.acked_seq == -1
            assert len(await everything_in(store)) == 6

    run(test)


def test_the_last_contact_and_the_clock_floor_survive_a_restart(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            await store.state.note_contact(1_800_000_000)
            await store.state.note_contact(1_799_999_000)
            await store.state.note_clock_floor(1_800_000_100_000)
            await store.state.note_clock_floor(1_700_000_000_000)
            assert store.gate_reader.find_gate_view("f" * 32).last_contact_at == 1_800_000_000
        async with opened(tmp_path) as store:
            assert store.gate_reader.find_gate_view("f" * 32).last_contact_at == 1_800_000_000
            assert store.clock_floor_ms == 1_800_000_100_000

    run(test)


def test_the_files_can_be_read_by_nobody_else(tmp_path: Path) -> None:
    GatewayStore.open(tmp_path / "state", FakeClock()).close()
    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def test_an_empty_state_has_the_digest_of_nothing(tmp_path: Path) -> None:
    store = GatewayStore.open(tmp_path, FakeClock())
    assert store.state.digest_root == DesiredState().digest_root
    store.close()
