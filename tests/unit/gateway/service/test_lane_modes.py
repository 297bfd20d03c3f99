"""Modes of lanes: in force at once, kept, ended in time, and what a restart makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from gateway.domain.lane_mode import LaneMode, ModeOrder
from gateway.domain.lane_states import LaneState
from gateway.service.lane_modes import LaneModes, ModeRefusedError
from gateway.service.passage import Grant, GrantEnd, LanePassages
from gateway.service.ports import StoreBusyError
from gateway.service.relay_control import LaneTiming
from sync_protocol.journal_events import LaneModeChanged
from tests.fake_clock import FakeClock
from tests.gate_fakes import FakeJournal, FakeLane, FakeTimers
from tests.in_loop import in_loop


@dataclass
class FakeOrders:
    orders_kept: dict[str, ModeOrder] = field(default_factory=dict)
    is_full: bool = False

    @property
    def orders(self) -> Mapping[str, ModeOrder]:
        return self.orders_kept

    async def keep(self, lane_id: str, order: ModeOrder) -> None:
        if self.is_full:
            raise StoreBusyError("full")
        self.orders_kept[lane_id] = order


class Nobody:
    def grant_ended(self, lane_id: str, grant: Grant, end: GrantEnd) -> None:
        """Nobody listens."""

    def lane_changed(self, lane_id: str, state: LaneState) -> None:
        """Nobody listens."""


class Scene:
    def __init__(self, orders: dict[str, ModeOrder] | None = None) -> None:
        self.journal, self.clock, self.store = FakeJournal(), FakeClock(), FakeOrders(orders or {})
        self.changes = 0
        self.lane = LanePassages(FakeLane(), LaneTiming(), journal=self.journal, timers=FakeTimers(), listener=Nobody())
        self.modes = LaneModes(
            {"lan_a": self.lane}, self.store, journal=self.journal, clock=self.clock, on_change=self._count
        )

    @property
    def now_s(self) -> int:
        return self.clock.wall_ms() // 1000

    def _count(self) -> None:
        self.changes += 1


@in_loop
async def test_a_mode_is_in_force_recorded_and_kept() -> None:
    scene = Scene()
    await scene.modes.change("lan_a", LaneMode.LOCKDOWN, by="anna")
    assert scene.lane.mode is LaneMode.LOCKDOWN
    assert scene.journal.bodies == [LaneModeChanged("lan_a", "lockdown", "anna")]
    assert scene.store.orders == scene.modes.orders == {"lan_a": ModeOrder(LaneMode.LOCKDOWN, "anna")}
    assert scene.changes == 1


@in_loop
async def test_a_mode_with_an_end_ends_and_the_end_is_kept_too() -> None:
    scene = Scene()
    until = scene.now_s + 60
    await scene.modes.change("lan_a", LaneMode.FREE_PASSAGE, by="anna", until=until)
    scene.clock.advance(59)
    scene.modes.end_due()
    states = [scene.lane.state]
    scene.clock.advance(1)
    scene.modes.end_due()
    await scene.modes.write_missing()
    assert [*states, scene.lane.state] == [LaneState.FREE_PASSAGE, LaneState.LOCKED]
    assert scene.journal.bodies[-1] == LaneModeChanged("lan_a", "normal", "time")
    assert scene.store.orders["lan_a"].mode is LaneMode.NORMAL


@in_loop
async def test_a_clock_that_is_set_back_leaves_no_lane_open_for_longer() -> None:
    scene = Scene()
    await scene.modes.change("lan_a", LaneMode.FREE_PASSAGE, by="anna", until=scene.now_s + 60)
    scene.clock.start_ms -= 86_400_000
    scene.clock.advance(59)
    scene.modes.end_due()
    modes = [scene.lane.mode]
    scene.clock.advance(1)
    scene.modes.end_due()
    assert [*modes, scene.lane.mode] == [LaneMode.FREE_PASSAGE, LaneMode.NORMAL]


@in_loop
async def test_a_later_order_is_not_ended_by_the_one_before() -> None:
    scene = Scene()
    await scene.modes.change("lan_a", LaneMode.FREE_PASSAGE, by="anna", until=scene.now_s + 60)
    await scene.modes.change("lan_a", LaneMode.LOCKDOWN, by="anna")
    scene.clock.advance(3600)
    scene.modes.end_due()
    assert scene.lane.mode is LaneMode.LOCKDOWN


@in_loop
async def test_a_full_disk_is_told_and_the_mode_is_in_force_all_the_same_and_kept_later() -> None:
    scene = Scene()
    scene.store.is_full = True
    with pytest.raises(StoreBusyError):
        await scene.modes.change("lan_a", LaneMode.LOCKED, by="anna")
    assert scene.lane.mode is LaneMode.LOCKED
    await scene.modes.write_missing()
    scene.store.is_full = False
    await scene.modes.write_missing()
    assert scene.store.orders["lan_a"].mode is LaneMode.LOCKED


@in_loop
async def test_what_makes_no_sense_is_refused_and_changes_nothing() -> None:
    scene = Scene()
    past, later = scene.now_s, scene.now_s + 60
    for lane_id, mode, until in (
        ("lan_b", LaneMode.LOCKED, None),
        ("lan_a", LaneMode.LOCKED, past),
        ("lan_a", LaneMode.EVACUATION, later),
    ):
        with pytest.raises(ModeRefusedError):
            await scene.modes.change(lane_id, mode, by="anna", until=until)
    assert scene.journal.bodies == []


@pytest.mark.parametrize("mode", [LaneMode.EVACUATION, LaneMode.LOCKDOWN, LaneMode.FREE_PASSAGE])
def test_a_mode_outlives_a_restart_without_a_second_event(mode: LaneMode) -> None:
    scene = Scene({"lan_a": ModeOrder(mode, "anna")})
    scene.modes.restore()
    assert scene.lane.mode is mode
    assert scene.modes.orders == {"lan_a": ModeOrder(mode, "anna")}
    assert scene.journal.bodies == []


@in_loop
async def test_a_free_passage_whose_end_came_while_nothing_ran_is_over_for_good() -> None:
    scene = Scene()
    scene.store.orders_kept["lan_a"] = ModeOrder(LaneMode.FREE_PASSAGE, "anna", scene.now_s - 1)
    scene.modes.restore()
    await scene.modes.write_missing()
    assert scene.lane.mode is LaneMode.NORMAL
    assert scene.journal.bodies == [LaneModeChanged("lan_a", "normal", "restart")]
    assert scene.store.orders["lan_a"].mode is LaneMode.NORMAL
