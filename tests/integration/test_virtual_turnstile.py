"""The virtual turnstile as a gateway meets it: OSDP in secure channel on its port, JSON lines on its socket."""

import asyncio
import json
import os
import signal
import stat
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_protocol.osdp.commands import Buzzer, Led, LedColor, LedPattern, Text
from firmware_protocol.osdp.events import CardRead, ReaderOffline, ReaderOnline, SecureChannelFailed, TamperChanged
from firmware_protocol.wiegand import parse_card_bits
from tests.integration.gateway_stand_in import LaneClient, ReaderWire, StatusServer, decision_record
from tests.integration.turnstile_process import TurnstileProcess

Scenario = Callable[[TurnstileProcess], Awaitable[None]]


def play(folder: Path, scenario: Scenario, *, passage_window_ms: int = 5000) -> None:
    """Run a scenario against a turnstile, which must then end with exit code 0 and leave nothing behind."""

    async def run() -> None:
        async with TurnstileProcess(folder, passage_window_ms=passage_window_ms) as turnstile:
            await scenario(turnstile)
            assert await turnstile.stop() == 0
            assert not os.path.lexists(turnstile.port)
            assert not turnstile.socket.exists()

    asyncio.run(run())


def test_a_card_tapped_on_the_page_is_read_by_the_gateway_over_secure_channel(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        wire = ReaderWire(turnstile.port, scbk=turnstile.scbk)
        assert (await wire.next(ReaderOnline)).is_secure
        await turnstile.act("tap", card="77:10001")
        card = await wire.next(CardRead)
        assert parse_card_bits(card.data, card.bit_count) == "wiegand26:77:10001"
        view = await turnstile.look()
        assert view["reader"]["is_secure"]
        assert view["counts"]["tap"] == 1
        wire.close()

    play(tmp_path, scenario)


def test_light_sound_and_text_of_the_gateway_are_seen_and_pass(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        wire = ReaderWire(turnstile.port, scbk=turnstile.scbk)
        await wire.next(ReaderOnline)
        wire.send(Led(permanent=LedPattern(LedColor.BLUE)))
        wire.send(Text(b"Present card", row=1))
        wire.send(Led(temporary=LedPattern(LedColor.RED), timer_ms=300))
        wire.send(Buzzer(on_ms=100, off_ms=100, repeat_count=3))
        wire.send(Text("Привет".encode(), row=2, is_temporary=True, seconds=1))
        reader = (await turnstile.look(wait_for="text", after=1))["reader"]
        assert reader["light"]["on_color"] == "red"
        assert 0 < reader["light"]["remaining_ms"] <= 300
        assert reader["sound"] == {"is_sounding": True, "on_ms": 100, "off_ms": 100, "repeat_count": 3}
        assert reader["lines"] == [" " * 16, "Привет          "]
        reader = await until(turnstile, lambda view: not view["reader"]["is_text_temporary"])
        assert reader["light"] == {
            "on_color": "blue", "off_color": "black", "on_ms": 100, "off_ms": 0, "remaining_ms": None
        }  # fmt: skip
        assert not reader["sound"]["is_sounding"]
        assert reader["lines"] == ["Present card    ", " " * 16]
        wire.close()

    play(tmp_path, scenario)


async def until(turnstile: TurnstileProcess, is_so: Callable[[dict[str, Any]], bool]) -> Any:
    """The reader as soon as the event stream shows that it is so."""
    async with asyncio.timeout(30), turnstile.http.stream("GET", "/events") as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data: ") and is_so(view := json.loads(line[6:])):
                return view["reader"]
    raise AssertionError("the stream ended")


def test_a_relay_frees_the_arm_and_the_turn_comes_back_as_a_pass(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        await turnstile.act("walk", is_active=False)
        assert (await turnstile.act("push", direction="in"))["counts"]["bump"] == 1
        lane = await LaneClient.connect(turnstile.socket)
        assert [await lane.read_input() for _ in range(3)] == [("ready", True), ("alarm", False), ("fire", False)]
        lane.switch_relay("in", is_closed=True)
        assert (await turnstile.look(wait_for="relay_in"))["arm"]["free"] == ["in"]
        lane.switch_relay("in", is_closed=False)
        assert (await turnstile.act("push", direction="out"))["counts"]["bump"] == 2
        assert (await turnstile.act("push", direction="in"))["arm"]["turning"] == "in"
        assert [await lane.read_input() for _ in range(2)] == [("pass_in", True), ("pass_in", False)]
        assert (await turnstile.act("push", direction="in"))["counts"] == {
            "bump": 3, "lane_connected": 1, "relay_in": 1, "pass_in": 1
        }  # fmt: skip
        lane.close()

    play(tmp_path, scenario)


def test_people_walk_through_by_themselves_unless_told_otherwise(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        lane = await LaneClient.connect(turnstile.socket)
        lane.switch_relay("out", is_closed=True)
        lane.switch_relay("out", is_closed=False)
        assert (await turnstile.look(wait_for="pass_out"))["counts"]["pass_out"] == 1
        lane.close()

    play(tmp_path, scenario)


def test_faults_force_and_the_exit_button_reach_the_gateway_as_inputs(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        lane = await LaneClient.connect(turnstile.socket)
        for _ in range(3):
            await lane.read_input()
        await turnstile.act("alarm", is_active=True)
        await turnstile.act("out-of-order", is_active=True)
        await turnstile.act("exit")
        told = [await lane.read_input() for _ in range(4)]
        assert told == [("alarm", True), ("ready", False), ("exit_request", True), ("exit_request", False)]
        assert (await turnstile.act("force", direction="out"))["arm"]["turning"] == "out"
        assert (await turnstile.act("jam", is_active=True))["arm"]["position"] == "jammed"
        await turnstile.act("jam", is_active=False)
        assert [await lane.read_input() for _ in range(2)] == [("pass_out", True), ("pass_out", False)]
        lane.close()

    play(tmp_path, scenario)


def test_what_the_gateway_says_of_the_lane_is_shown_and_nobody_walks_at_each_pulse_of_a_free_way(
    tmp_path: Path,
) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        async with StatusServer(turnstile.status_socket) as status:
            await turnstile.look(wait_for="status_connected")
            said = {"lane_id": "lan_1", "name": "Lane 1", "state": "free_passage", "mode": "free_passage_in"}
            status.publish({"type": "state", "lanes": [{**said, "mode_until": 1_900_000_000}]})
            view = await turnstile.look(wait_for="lane_state")
            assert view["gateway_lane"] == {
                "state": "free_passage", "mode": "free_passage_in", "mode_until": 1_900_000_000
            }  # fmt: skip
            lane = await LaneClient.connect(turnstile.socket)
            lane.switch_relay("in", is_closed=True)
            await turnstile.look(wait_for="relay_in")
            await asyncio.sleep(1.0)
            assert "pass_in" not in (await turnstile.look())["counts"]
            lane.close()

    play(tmp_path, scenario)


def test_an_arm_that_nobody_pushes_locks_after_its_window(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        await turnstile.act("walk", is_active=False)
        lane = await LaneClient.connect(turnstile.socket)
        lane.switch_relay("in", is_closed=True)
        lane.switch_relay("in", is_closed=False)
        await turnstile.look(wait_for="relay_in")
        await until(turnstile, lambda view: view["arm"] == {"position": "locked", "turning": None, "free": []})
        assert (await turnstile.act("push", direction="in"))["counts"]["bump"] == 1
        lane.close()

    play(tmp_path, scenario, passage_window_ms=500)


def test_the_decision_of_the_gateway_is_shown_with_its_reasons(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        async with StatusServer(turnstile.status_socket) as status:
            await turnstile.look(wait_for="status_connected")
            status.publish({"type": "state", "revision": 41})
            status.publish(decision_record())
            decision = (await turnstile.look(wait_for="decision"))["decision"]
            assert (decision["outcome"], decision["reason"], decision["rule"]) == (
                "block", "membership_frozen", "contract_freeze"
            )  # fmt: skip
            assert "credential_hash" not in decision
            status.publish(
                {
                    "type": "passage",
                    "tap_id": "tap-1",
                    "lane_id": "lan_1",
                    "direction": "in",
                    "end": "taken",
                    "is_taken": True,
                }
            )
            assert (await turnstile.look(wait_for="passage"))["passage"]["is_taken"]

    play(tmp_path, scenario)


def test_the_port_outlives_the_gateway_that_had_it_open(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        for _ in range(3):
            wire = ReaderWire(turnstile.port, scbk=turnstile.scbk)
            assert (await wire.next(ReaderOnline)).is_secure
            wire.close()

    play(tmp_path, scenario)


def test_a_gateway_without_the_readers_key_does_not_get_in(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        wire = ReaderWire(turnstile.port, scbk=bytes(range(16)))
        await wire.next(SecureChannelFailed)
        assert not (await turnstile.look())["reader"]["is_secure"]
        wire.close()

    play(tmp_path, scenario)


def test_an_unplugged_reader_is_silent_and_dark_and_comes_back_as_new(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        wire = ReaderWire(turnstile.port, scbk=turnstile.scbk)
        await wire.next(ReaderOnline)
        wire.send(Led(permanent=LedPattern(LedColor.BLUE)))
        await turnstile.look(wait_for="light")
        view = await turnstile.act("unplug", is_active=True)
        assert not view["reader"]["is_plugged"]
        assert view["reader"]["light"]["on_color"] == "black"
        refused = await turnstile.http.post("/lanes/lane-1/tap", json={"card": "77:1"})
        assert (refused.status_code, refused.json()["code"]) == (409, "reader_unplugged")
        await wire.next(ReaderOffline)
        await turnstile.act("unplug", is_active=False)
        assert (await wire.next(ReaderOnline)).is_secure
        wire.close()

    play(tmp_path, scenario)


def test_tamper_and_fire_reach_the_gateway(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        wire = ReaderWire(turnstile.port, scbk=turnstile.scbk)
        await wire.next(ReaderOnline)
        await turnstile.act("tamper", is_active=True)
        assert (await wire.next(TamperChanged)).is_tampered
        lane = await LaneClient.connect(turnstile.socket)
        assert [await lane.read_input() for _ in range(3)][2] == ("fire", False)
        assert (await turnstile.act("fire", is_active=True))["arm"]["position"] == "dropped"
        assert await lane.read_input() == ("fire", True)
        lane.close()
        wire.close()

    play(tmp_path, scenario)


def test_a_gateway_that_leaves_lets_its_relays_fall(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        lane = await LaneClient.connect(turnstile.socket)
        lane.switch_relay("in", is_closed=True)
        assert (await turnstile.look(wait_for="relay_in"))["relays"]["in"]
        lane.close()
        await until(turnstile, lambda view: not view["is_lane_connected"])
        assert not (await turnstile.look())["relays"]["in"]

    play(tmp_path, scenario)


@pytest.mark.parametrize("line", [b"{", b'{"relay": "sideways", "closed": true}', b"x" * 5000])
def test_a_gateway_that_speaks_another_protocol_is_let_go_and_the_next_one_served(tmp_path: Path, line: bytes) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        lane = await LaneClient.connect(turnstile.socket)
        lane.send_line(line)
        await until(turnstile, lambda view: view["counts"] == {"lane_connected": 1} and not view["is_lane_connected"])
        lane.close()
        lane = await LaneClient.connect(turnstile.socket)
        assert await lane.read_input() == ("ready", True)
        lane.close()

    play(tmp_path, scenario)


def test_waiting_for_what_does_not_happen_ends_with_504(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        answer = await turnstile.http.get("/lanes/lane-1", params={"wait_for": "decision", "timeout_ms": 50})
        assert (answer.status_code, answer.json()["code"]) == (504, "nothing_happened")
        assert (await turnstile.http.get("/lanes/lane-1?wait_for=miracle")).status_code == 422
        assert (await turnstile.http.get("/lanes/lane-9")).status_code == 404
        assert (await turnstile.http.post("/lanes/lane-1/tap", json={"card": "zz"})).json()["code"] == "card_malformed"

    play(tmp_path, scenario)


def test_another_page_cannot_move_the_turnstile(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        foreign = {"Origin": "https://example.org"}
        answer = await turnstile.http.post("/lanes/lane-1/push", json={"direction": "in"}, headers=foreign)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
        assert (await turnstile.http.get("/", headers={"Host": "rebound.example.org"})).status_code == 421
        assert (await turnstile.look())["counts"] == {}

    play(tmp_path, scenario)


def test_the_page_is_in_the_browsers_language_and_shows_the_newest_cards(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        turnstile.cards.write_text(json.dumps([{"name": "<Zoë> O'Neill", "card": "77:10007", "note": "Frozen"}]))
        page = (await turnstile.http.get("/", headers={"Accept-Language": "it-IT"})).text
        assert '<html lang="it">' in page
        assert "Sospesi" in page
        assert "&lt;Zoë&gt; O&#39;Neill" in page
        assert '<html lang="ru">' in (await turnstile.http.get("/?lang=ru")).text
        assert (await turnstile.http.get("/cards")).json()[0]["card"] == "77:10007"

    play(tmp_path, scenario)


def test_it_ends_although_a_page_listens(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with TurnstileProcess(tmp_path) as turnstile, turnstile.http.stream("GET", "/events") as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            assert await turnstile.stop(signal.SIGINT) == 0
            assert not turnstile.socket.exists()

    asyncio.run(scenario())


def test_what_a_killed_turnstile_left_behind_is_cleared_by_the_next(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with TurnstileProcess(tmp_path) as killed:
            assert await killed.stop(signal.SIGKILL) == -signal.SIGKILL
            assert killed.socket.exists()
        async with TurnstileProcess(tmp_path) as turnstile:
            assert stat.S_IMODE(turnstile.socket.stat().st_mode) == 0o600
            wire = ReaderWire(turnstile.port, scbk=turnstile.scbk)
            await wire.next(ReaderOnline)
            wire.close()
            assert await turnstile.stop() == 0

    asyncio.run(scenario())


def test_a_second_turnstile_on_the_same_paths_gives_up_with_one_line(tmp_path: Path) -> None:
    async def scenario(turnstile: TurnstileProcess) -> None:
        code, words = await run_command("--config", str(turnstile.config))
        assert code == 1
        assert words == f"{turnstile.socket} is served by another process\n"
        wire = ReaderWire(turnstile.port, scbk=turnstile.scbk)
        await wire.next(ReaderOnline)
        wire.close()

    play(tmp_path, scenario)


def test_mistakes_of_the_configuration_are_told_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "turnstile.toml"
    path.write_text('listen = "0.0.0.0:80"\nlane = []\n')
    code, words = asyncio.run(run_command("--config", str(path)))
    assert code == 2
    assert words.startswith(f"{path}: ")
    assert "Traceback" not in words


async def run_command(*arguments: str) -> tuple[int | None, str]:
    """The exit code of the command, and what it wrote to stderr."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "provisioning.virtual_turnstile", *arguments), stderr=asyncio.subprocess.PIPE
    )
    _, words = await process.communicate()
    return process.returncode, words.decode()
