import asyncio
import logging

import pytest

from gateway.service.clock_keeping import ClockKeeping
from tests.fake_clock import FakeClock
from tests.fake_sync import FakeStateStore
from tests.in_loop import in_loop


@in_loop
async def test_a_signed_word_sets_the_clock_and_starts_the_lease_again() -> None:
    clock, store = FakeClock(), FakeStateStore()
    await ClockKeeping(clock, store, store).handle_signed_time(1_800_000_123_456)
    assert (clock.signed_ms, store.contacts) == ([1_800_000_123_456], [1_800_000_123])


@in_loop
async def test_a_confirmed_time_is_kept_for_the_next_start() -> None:
    clock, store = FakeClock(), FakeStateStore()
    await ClockKeeping(clock, store, store).keep()
    assert store.floors == [clock.wall_ms()]


@in_loop
async def test_an_unconfirmed_time_is_not_kept() -> None:
    clock, store = FakeClock(), FakeStateStore()
    clock.trust = "floor"
    await ClockKeeping(clock, store, store).keep()
    assert store.floors == []


@in_loop
async def test_a_full_disk_does_not_stop_the_clock() -> None:
    clock, store = FakeClock(), FakeStateStore()
    store.is_busy = True
    keeping = ClockKeeping(clock, store, store)
    await keeping.handle_signed_time(1_800_000_000_000)
    await keeping.keep()
    assert clock.signed_ms == [1_800_000_000_000]


@in_loop
async def test_a_word_that_is_not_believed_is_no_contact() -> None:
    clock, store = FakeClock(), FakeStateStore()
    clock.old_words = {1_700_000_000_000}
    assert not await ClockKeeping(clock, store, store).handle_signed_time(1_700_000_000_000)
    assert store.contacts == []


def test_a_disk_that_stays_full_is_told_once_and_once_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock, store = FakeClock(), FakeStateStore()
    keeping = ClockKeeping(clock, store, store)

    async def scene() -> None:
        store.is_busy = True
        for _ in range(3):
            await keeping.handle_signed_time(1_800_000_000_000)
            await keeping.keep()
        store.is_busy = False
        for _ in range(2):
            await keeping.keep()

    asyncio.run(scene())
    told = [record.getMessage().partition(":")[0] for record in caplog.records]
    assert told == ["time and contact are not stored", "the time is stored again"]
