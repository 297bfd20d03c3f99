"""Which broker is tried: the new one first, the old one when the new one does not do."""

import asyncio
from collections.abc import Sequence

import pytest

from gateway.service import broker_choice
from gateway.service.broker_choice import TRY_S, BrokerAddress, BrokerChoice
from tests.in_loop import in_loop

OLD, NEW, ENROLLED = BrokerAddress("old", 8883), BrokerAddress("new", 8883), BrokerAddress("first", 8883)


class Bench:
    def __init__(self, *addresses: BrokerAddress, disk_is_full: bool = False) -> None:
        self.now_s = 0.0
        self.kept: list[list[BrokerAddress]] = []
        self.reconnects: list[str] = []
        self.has_begun = asyncio.Event()
        self._disk_is_full = disk_is_full
        self.choice = BrokerChoice(addresses, keep=self._keep, now_s=lambda: self.now_s)

    def reconnect(self, why: str) -> None:
        self.reconnects.append(why)
        self.has_begun.set()

    def _keep(self, addresses: Sequence[BrokerAddress]) -> None:
        if self._disk_is_full:
            raise OSError("no space left")
        self.kept.append(list(addresses))

    def fail_for(self, seconds: float) -> None:
        for _ in range(int(seconds) + 1):
            self.choice.handle_failed()
            self.now_s += 1.0

    async def move(self, address: BrokerAddress, heard_at: BrokerAddress | None) -> str:
        moving = asyncio.ensure_future(self.choice.move(address, self.reconnect))
        await self.has_begun.wait()
        assert self.choice.current == address
        if heard_at is not None:
            self.choice.handle_heard(heard_at)
        return await moving


def test_the_first_address_is_the_one_and_an_only_one_never_changes() -> None:
    bench = Bench(OLD, OLD)
    bench.fail_for(10 * TRY_S)
    assert bench.choice.current == OLD


def test_an_address_through_which_nobody_is_heard_gives_way_in_turns() -> None:
    bench = Bench(NEW, OLD, ENROLLED)
    bench.fail_for(TRY_S - 1)
    assert bench.choice.current == NEW
    bench.fail_for(1)
    assert bench.choice.current == OLD
    bench.fail_for(TRY_S)
    assert bench.choice.current == ENROLLED
    bench.fail_for(TRY_S)
    assert bench.choice.current == NEW


def test_an_outage_of_less_than_a_minute_changes_nothing_however_often() -> None:
    bench = Bench(NEW, OLD)
    for _ in range(10):
        bench.fail_for(TRY_S - 5)
        bench.choice.handle_heard(NEW)
    assert bench.choice.current == NEW


@in_loop
async def test_a_move_is_kept_when_the_cloud_is_heard_there() -> None:
    bench = Bench(OLD, ENROLLED)
    assert await bench.move(NEW, heard_at=NEW) == "moved"
    assert bench.choice.current == NEW
    assert bench.kept == [[NEW, OLD]]
    assert len(bench.reconnects) == 1
    bench.fail_for(TRY_S)
    assert bench.choice.current == OLD, "the one before is known as long as anybody needs it"


@pytest.mark.parametrize("heard_at", [None, OLD])
@in_loop
async def test_a_move_to_where_the_cloud_is_not_heard_is_taken_back(
    monkeypatch: pytest.MonkeyPatch, heard_at: BrokerAddress | None
) -> None:
    """A last message of the old connection says nothing about the new broker."""
    monkeypatch.setattr(broker_choice, "TRY_S", 0.05)
    bench = Bench(OLD)
    assert await bench.move(NEW, heard_at=heard_at) == "not_reached"
    assert bench.choice.current == OLD
    assert bench.kept == []
    assert bench.reconnects[-1] == "back to old:8883"


@in_loop
async def test_a_move_that_the_disk_does_not_take_is_taken_back() -> None:
    bench = Bench(OLD, disk_is_full=True)
    assert await bench.move(NEW, heard_at=NEW) == "not_reached"
    assert bench.choice.current == OLD


@in_loop
async def test_a_move_to_where_it_is_is_none() -> None:
    bench = Bench(OLD)
    assert await bench.choice.move(OLD, bench.reconnect) == "moved"
    assert not bench.reconnects
    assert not bench.kept


@in_loop
async def test_failures_during_a_trial_change_no_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_choice, "TRY_S", 0.05)
    bench = Bench(OLD, ENROLLED)
    moving = asyncio.ensure_future(bench.choice.move(NEW, bench.reconnect))
    await bench.has_begun.wait()
    bench.fail_for(3)
    assert await moving == "not_reached"
    assert bench.choice.current == OLD
