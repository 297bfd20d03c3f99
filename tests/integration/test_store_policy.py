"""The rules of the site as the tap sees them: read when they change, kept when they cannot be read."""

from pathlib import Path

import pytest

from access_policy.site_policy import SitePolicy
from gateway.adapters.store_sqlite import policy_cache
from gateway.adapters.store_sqlite.store import GatewayStore
from sync_protocol import state_rows as rows
from tests.desired_state import DesiredState, club, load, member_rows, site_row
from tests.opened_store import opened, run


def site_of(store: GatewayStore) -> SitePolicy:
    site = store.gate_reader.find_gate_view("").site
    assert site is not None
    return site


async def change(store: GatewayStore, state: DesiredState) -> None:
    assert await store.state.apply_delta(state.delta(store.state.applied_revision))


def test_every_kind_of_rule_is_read(tmp_path: Path) -> None:
    state = club(3)
    state.put(
        rows.CalendarRow("sit_a", (rows.SpecialDay(20261225, "holiday"),)),
        rows.ScheduleRow("sch_a", "Mornings", ((rows.DayWindow(360, 720),),) * 7),
        rows.ZoneRow("zon_a", "Gym", "hard", occupancy_limit=80),
        rows.LaneRow("lan_a", "zon_a"),
        rows.LevelRow("lvl_a", "Off-peak", (rows.LevelGrant("zon_a", "sch_a"),)),
    )

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            site = site_of(store)
            assert site.zones["zon_a"].occupancy_limit == 80
            assert site.lanes["lan_a"].zone_in_id == "zon_a"
            assert site.levels["lvl_a"].grants[0].schedule_id in site.schedules
            assert site.calendar.special_days == {20261225: "holiday"}

    run(test)


def test_rules_are_read_again_when_one_changes_or_goes_and_only_then(tmp_path: Path) -> None:
    state = club(3)
    state.put(rows.ZoneRow("zon_a", "Gym"))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            first = site_of(store)
            state.put(*member_rows(9))
            await change(store, state)
            assert site_of(store) is first
            state.put(rows.ZoneRow("zon_a", "Gym", occupancy_limit=5))
            await change(store, state)
            assert site_of(store).zones["zon_a"].occupancy_limit == 5
            state.delete("zone/zon_a")
            await change(store, state)
            assert not site_of(store).zones
            state.put(site_row("New name"))
            await load(store.state, state)
            assert site_of(store).rules.name == "New name"
        async with opened(tmp_path) as store:
            assert site_of(store).rules.name == "New name"

    run(test)


@pytest.mark.parametrize("time_zone", ["Europe/Nowhere", "../etc/passwd", "Europe"])
def test_rules_that_cannot_be_read_leave_the_ones_before_in_force_and_say_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, time_zone: str
) -> None:
    state = club(3)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            good = site_of(store)
            state.put(rows.SiteRow("sit_a", "Club", time_zone, "it"))
            await change(store, state)
            assert site_of(store) is good
            assert site_of(store) is good
            assert store.gate_reader.policy_fault
            assert sum("cannot be read" in message for message in caplog.messages) == 1
            state.put(site_row("Mended"))
            await change(store, state)
            assert site_of(store).rules.name == "Mended"
            assert not store.gate_reader.policy_fault

    run(test)


@pytest.mark.parametrize(
    "odd",
    [
        rows.ZoneRow("zon_a", "Gym", forgive_minute=10**15),
        rows.ScheduleRow("sch_a", "Odd", ((rows.DayWindow(0, 10**15),),) * 7),
    ],
    ids=["zone", "schedule"],
)
def test_rules_that_no_clock_can_keep_leave_the_ones_before_in_force(tmp_path: Path, odd: rows.PolicyRow) -> None:
    state = club(3)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            good = site_of(store)
            state.put(odd)
            await change(store, state)
            assert site_of(store) is good
            assert "ValueError" in store.gate_reader.policy_fault

    run(test)


def test_without_any_rules_that_can_be_read_the_gate_knows_no_site(tmp_path: Path) -> None:
    state = DesiredState()
    state.put(rows.SiteRow("sit_a", "Club", "Europe/Nowhere", "it"))

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            assert store.gate_reader.find_gate_view("").site is None

    run(test)


def test_more_rules_than_any_site_has_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_cache, "POLICY_ROWS_MAX", 3)
    state = club(3)

    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, state)
            good = site_of(store)
            state.put(*(rows.ZoneRow(f"zon_{number}", "Gym") for number in range(3)))
            await change(store, state)
            assert site_of(store) is good
            assert "more than 3" in store.gate_reader.policy_fault

    run(test)


def test_a_name_is_found_by_its_member(tmp_path: Path) -> None:
    async def test() -> None:
        async with opened(tmp_path) as store:
            await load(store.state, club(3))
            assert store.gate_reader.find_name(f"mem_{2:020d}") == "Member 2"
            assert store.gate_reader.find_name("mem_x") == ""

    run(test)
