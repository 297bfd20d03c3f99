"""A disk that takes nothing more: the gate goes on deciding, the newest events are kept, and staff are told."""

import asyncio
from pathlib import Path

import pytest

from gateway.adapters.store_sqlite.journal import JournalLimits
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.service.dry_tap import DryTap
from gateway.service.health import Health
from gateway.service.ports import StoreBusyError
from sync_protocol.journal_events import EventBody, GapRecorded, LaneChanged, StorageChanged, parse_event
from tests.desired_state import club, credential_hash_of, flag_row, load
from tests.fake_clock import FakeClock
from tests.full_disk import fill, no_file_grows_beyond, small_file_system
from tests.gate_fakes import unhashed_knowledge
from tests.journal_series import assert_complete, taken
from tests.opened_store import everything_in, opened, run

LONG = LaneChanged("lan_a", "ready", "x" * 900)


async def bodies_in(store: GatewayStore) -> list[EventBody]:
    events = await everything_in(store)
    assert_complete(events)
    return [parse_event(event).body for event in events]


async def until_told(store: GatewayStore, state: str) -> None:
    async with asyncio.timeout(30):
        while not any(isinstance(body, StorageChanged) and body.state == state for body in await bodies_in(store)):
            await asyncio.sleep(0.02)


async def until_failing(store: GatewayStore) -> None:
    async with asyncio.timeout(30):
        while store.journal.fault is None:
            await asyncio.sleep(0.01)


def test_a_full_disk_is_waited_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    state = club(100)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            with no_file_grows_beyond(300_000):
                for _ in range(400):
                    store.journal.append(LONG)
                store.journal.append(taken("ctr_a"))
                await until_failing(store)
                assert store.journal.outbox.next_seq == 0
                assert store.gate_reader.find_gate_view(credential_hash_of(7)).credential is not None
                assert store.journal.visits_spent("ctr_a") == 1
                knowledge = unhashed_knowledge(store.gate_reader, FakeClock())
                await Health(DryTap(knowledge, store.journal), store.journal, journal_wait_s=0.1).check()
            await until_told(store, "restored")
            bodies = await bodies_in(store)
            assert bodies[:401] == [*[LONG] * 400, taken("ctr_a")]
            assert [body.state for body in bodies[401:] if isinstance(body, StorageChanged)] == ["failing", "restored"]
            assert store.journal.fault is None

    run(test)
    assert caplog.text.count("the disk takes no more") == 1
    assert caplog.text.count("the disk has room again") == 1


def test_a_change_of_the_state_waits_for_room(tmp_path: Path) -> None:
    state = club(2000)

    async def test() -> None:
        async with opened(tmp_path) as store:
            with no_file_grows_beyond(200_000), pytest.raises(StoreBusyError):
                await load(store.state, state)
            assert store.state.applied_revision == 0
            await load(store.state, state)
            state.put(flag_row(1, 7))
            assert await store.state.apply_delta(state.delta(1))

    run(test)


def test_what_is_dropped_while_the_disk_is_full_is_the_oldest_and_counted(tmp_path: Path) -> None:
    limits = JournalLimits(pending_max=100, fold_count=20)

    async def test() -> None:
        async with opened(tmp_path, limits=limits) as store:
            for _ in range(90):
                store.journal.append(LaneChanged("lan_a", "ready", "old"))
            await store.journal.flushed()
            with no_file_grows_beyond(100_000):
                for number in range(600):
                    store.journal.append(LaneChanged("lan_a", "ready", f"{number}" + "x" * 900))
                    await asyncio.sleep(0.003)
                assert store.journal.fault is not None
            bodies = await bodies_in(store)
            gaps = [body for body in bodies if isinstance(body, GapRecorded)]
            assert gaps
            kept = [body for body in bodies if isinstance(body, LaneChanged)]
            assert sum(sum(gap.dropped.values()) for gap in gaps) + len(bodies) - len(gaps) >= 690
            assert [body.detail.rstrip("x") for body in kept[-60:]] == [str(number) for number in range(540, 600)]

    run(test)


def test_a_gateway_starts_on_a_full_disk_and_goes_on_with_its_reserve(tmp_path: Path) -> None:
    async def test() -> None:
        with small_file_system(tmp_path / "card", size_mib=16) as card:
            async with opened(card / "state") as store:
                await load(store.state, club(100))
            filling = fill(card)
            async with opened(card / "state") as store:
                assert store.gate_reader.find_gate_view(credential_hash_of(7)).credential is not None
                for _ in range(1000):
                    store.journal.append(LONG)
                await until_told(store, "failing")
                assert store.journal.fault is not None
                assert (await bodies_in(store)).count(LONG) == 1000
                filling.unlink()
                await until_told(store, "restored")
                assert store.journal.fault is None

    run(test)


def test_a_disk_that_fills_up_while_the_gateway_runs_first_uses_up_the_reserve(tmp_path: Path) -> None:
    async def test() -> None:
        with small_file_system(tmp_path / "card", size_mib=16) as card:
            async with opened(card / "state") as store:
                fill(card)
                for _ in range(2000):
                    store.journal.append(LONG)
                assert len(await bodies_in(store)) >= 2000
                assert store.journal.fault is not None

    run(test)
