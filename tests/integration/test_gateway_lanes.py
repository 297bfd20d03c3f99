"""Lanes of a whole gateway: modes over its control socket and over a restart, the queue of one, relays in a reader."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from firmware_protocol.osdp.peripheral_device import PeripheralSettings
from gateway.config import load_config
from gateway.control_client import CONTROL_SOCKET, RequestRefusedError, ask
from gateway.status_client import describe
from sync_protocol.journal_events import AccessTaken, AnonymousPassage, LaneChanged, LaneModeChanged
from sync_protocol.state_rows import SiteRow
from tests.in_loop import in_loop
from tests.running_gateway import SCBK, RunningGateway, member, read_journal, running_gateway

ANNA, MARCO = 1, 2
CLUB = (SiteRow("sit_test", "Test Club", "Europe/Rome", "en", 30), *member(ANNA), *member(MARCO, name="Marco"))
ON_READER = """
[lane.osdp]
reader = "entry"
relay_in = 1
exit_request = 0
"""
WITH_LINES = PeripheralSettings(scbk=SCBK, input_count=1, output_count=2)


async def tell(gateway: RunningGateway, mode: str | None, **more: object) -> dict[str, Any]:
    return await ask(gateway.state_dir / CONTROL_SOCKET, "lane_mode", lane="Lane 1", mode=mode, **more)


async def until_state(gateway: RunningGateway, *wanted: str) -> None:
    async with asyncio.timeout(30):
        while True:
            states = [record["lanes"][0]["state"] for record in gateway.records if record["type"] == "state"]
            if states and states[-1] in wanted:
                return
            gateway.grew.clear()
            await gateway.grew.wait()


@in_loop
async def test_a_lockdown_by_the_control_socket_is_obeyed_by_the_next_tap_and_shown(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, CLUB) as gateway:
        answer = await tell(gateway, "lockdown")
        refused = await gateway.tap(ANNA)
        shown = describe([record for record in gateway.records if record["type"] == "state"][-1])
        with pytest.raises(RequestRefusedError, match="no lane is called"):
            await ask(gateway.state_dir / CONTROL_SOCKET, "lane_mode", lane="Lane 9", mode="locked")
        with pytest.raises(RequestRefusedError, match="minutes"):
            await tell(gateway, "locked", minutes=0)
        with pytest.raises(RequestRefusedError):
            await tell(gateway, "ajar")
        await gateway.stop()
        bodies = await read_journal(gateway.state_dir)
    assert (answer["mode"], answer["by"].partition(":")[0], answer["mode_until"]) == ("lockdown", "local", None)
    assert (refused["outcome"], refused["reason"]) == ("block", "lane_locked")
    assert "locked; mode lockdown" in shown
    modes = [(body.mode, body.until) for body in bodies if isinstance(body, LaneModeChanged)]
    assert modes == [("lockdown", None)]
    assert gateway.turnstile.pulses == []


@in_loop
async def test_an_evacuation_is_still_one_after_a_restart_with_both_relays_closed(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, CLUB) as gateway:
        await tell(gateway, "evacuation")
        await gateway.turnstile.until(lambda: set(gateway.turnstile.pulses) == {"in", "out"})
    async with running_gateway(tmp_path) as again:
        await until_state(again, "evacuation")
        await again.turnstile.until(lambda: set(again.turnstile.pulses) == {"in", "out"})
        assert (await tell(again, "normal"))["state"] == "locked"


@in_loop
async def test_in_free_passage_somebody_is_counted_and_a_member_who_taps_has_the_visit(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, CLUB) as gateway:
        await tell(gateway, "free_passage_in", minutes=5)
        await gateway.turnstile.until(lambda: "in" in gateway.turnstile.pulses)
        gateway.turnstile.rotate("in")
        await gateway.tap(ANNA)
        gateway.turnstile.rotate("in")
        taken = await gateway.wait_for("passage")
        await gateway.stop()
        bodies = await read_journal(gateway.state_dir)
    assert taken["is_taken"]
    passages = [body for body in bodies if isinstance(body, AccessTaken | AnonymousPassage)]
    assert [type(body) for body in passages] == [AnonymousPassage, AccessTaken]


@in_loop
async def test_one_more_member_is_told_to_go_while_somebody_passes_and_let_through_then(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, CLUB) as gateway:
        await gateway.tap(ANNA)
        gateway.turnstile.set_input("pass_in", is_active=True)
        await until_state(gateway, "passing_in")
        next_one = await gateway.tap(MARCO)
        third = await gateway.tap(ANNA)
        pulses_while_passing = list(gateway.turnstile.pulses)
        gateway.turnstile.set_input("pass_in", is_active=False)
        await gateway.turnstile.until(lambda: gateway.turnstile.pulses == ["in", "in"])
        gateway.turnstile.rotate("in")
        taken = await gateway.wait_for("passage", 2)
    assert (next_one["outcome"], third["reason"]) == ("allow", "lane_busy")
    assert next_one["display"] == ["You are next", "Marco"]
    assert pulses_while_passing == ["in"]
    assert (taken["tap_id"], taken["is_taken"]) == (next_one["tap_id"], True)


@in_loop
async def test_a_relay_in_the_reader_is_switched_with_the_one_beside_it_and_goes_off_by_itself(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, CLUB, more_config=ON_READER, settings=WITH_LINES) as gateway:
        await until_state(gateway, "locked")
        await gateway.reader.until(lambda: gateway.reader.outputs == {1: False})
        await gateway.tap(ANNA)
        await gateway.reader.until(lambda: gateway.reader.outputs == {1: True})
        await gateway.turnstile.until(lambda: gateway.turnstile.pulses == ["in"])
        await gateway.reader.until(lambda: gateway.reader.outputs == {1: False})


@in_loop
async def test_an_evacuation_closes_the_reader_s_relay_as_soon_as_the_reader_is_there_again(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, CLUB, more_config=ON_READER, settings=WITH_LINES) as gateway:
        await tell(gateway, "evacuation")
        await gateway.reader.until(lambda: gateway.reader.outputs == {1: True})
    async with running_gateway(tmp_path, more_config=ON_READER, settings=WITH_LINES) as again:
        await again.reader.until(lambda: again.reader.outputs == {1: True}, timeout_s=3)


@in_loop
async def test_a_button_on_the_reader_s_input_lets_somebody_out(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, CLUB, more_config=ON_READER, settings=WITH_LINES) as gateway:
        await until_state(gateway, "locked")
        gateway.reader.act(lambda device, now: device.set_input(0, True))
        await gateway.turnstile.until(lambda: gateway.turnstile.pulses == ["out"])
        gateway.turnstile.rotate("out")
        await until_state(gateway, "settling_out", "locked")
        await gateway.stop()
        bodies = await read_journal(gateway.state_dir)
    assert AnonymousPassage("lan_test", "out", "exit_request") in bodies
    assert LaneChanged("lan_test", "exit_requested") in bodies


@in_loop
async def test_a_lane_whose_reader_is_gone_is_not_ready(tmp_path: Path) -> None:
    async with running_gateway(tmp_path, CLUB, more_config=ON_READER, settings=WITH_LINES) as gateway:
        await until_state(gateway, "locked")
        gateway.reader.unplug()
        async with asyncio.timeout(30):
            while gateway.records[-1].get("readers", [{"is_online": True}])[0]["is_online"]:
                gateway.grew.clear()
                await gateway.grew.wait()
        await until_state(gateway, "fault")


def test_a_lane_on_a_reader_alone_needs_no_other_lines(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(
        'state_dir = "state"\n[[lane]]\nname = "Lane 1"\nkind = "osdp"\n' + ON_READER + "[[bus]]\n"
        'port = "/dev/null"\n[[bus.reader]]\nname = "entry"\naddress = 0\nlane = "Lane 1"\ndirection = "in"\n'
        'scbk_file = "entry.key"\n'
    )
    lane = load_config(tmp_path / "gateway.toml", has_keys=False).lanes[0]
    assert (lane.relays, lane.gpio, lane.socket) == (("in",), None, None)
