"""The journal on a real disk: restarts, kill -9, slow disks, full disks, a full journal."""

import asyncio
import contextlib
import json
import logging
import signal
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from gateway.adapters.store_sqlite.journal import JournalLimits
from sync_protocol.journal_events import GapRecorded, GatewayStarted, parse_event
from tests.desired_state import club, credential_hash_of, load, member_rows
from tests.held_disk import HeldDisk
from tests.journal_series import assert_complete, taken
from tests.opened_store import everything_in, opened, run

ROOT = Path(__file__).resolve().parents[2]

SLOW_S = 0.05
"""Longer takes every commit on a worn card."""


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
        async with opened(tmp_path, factory=HeldDisk(SLOW_S).connection_type) as store:
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
        async with opened(tmp_path, limits=limits, factory=HeldDisk(SLOW_S).connection_type) as store:
            for number in range(1000):
                store.journal.append(GatewayStarted("1", number))
            assert assert_complete(await everything_in(store)) == 1000

    run(test)


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


def test_a_slow_disk_delays_neither_a_lookup_nor_an_append(tmp_path: Path) -> None:
    state, disk = club(2000), HeldDisk()

    async def test() -> None:
        async with opened(tmp_path, factory=disk.connection_type) as store:
            await load(store.state, state)
            state.put(*(member_rows(n, visits_left=2)[1] for n in range(2000)))
            disk.hold()
            loading = asyncio.ensure_future(load(store.state, state))
            for number in range(100):
                assert store.gate_reader.find_gate_view(credential_hash_of(number)) is not None
                store.journal.append(GatewayStarted("1", number))
                await asyncio.sleep(0.001)
            assert not loading.done()
            disk.let_go()
            await loading
            assert disk.was_let_go, "somebody waited for the disk"
            assert len(await everything_in(store)) == 100

    run(test)


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
