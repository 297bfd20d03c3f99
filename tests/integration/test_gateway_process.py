"""The command `tornello-gateway` as a process: exit codes, signals, one line for each failure."""

import asyncio
import contextlib
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from gateway.identity import save_identity
from sync_protocol.journal_events import AccessDecided, AccessTaken
from sync_protocol.state_rows import SiteRow
from tests.in_loop import in_loop
from tests.reader_on_pty import ReaderOnPty
from tests.running_gateway import SCBK, identity, member, prepare_state, read_journal, write_config
from tests.turnstile_on_socket import TurnstileOnSocket

CARD = 100
SITE = SiteRow("sit_test", "Test Club", "Europe/Rome", "en")


async def start(folder: Path, command: str, *options: str) -> Process:
    arguments = ["-m", "gateway.cli", command, "--config", str(folder / "gateway.toml"), *options]
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE, stderr=PIPE)


async def finish(folder: Path, command: str, *options: str) -> tuple[int, str, str]:
    process = await start(folder, command, *options)
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@contextlib.asynccontextmanager
async def hardware(folder: Path) -> AsyncIterator[tuple[ReaderOnPty, TurnstileOnSocket]]:
    """A reader, a turnstile, a configuration and an enrolled gateway with one member."""
    async with ReaderOnPty(scbk=SCBK) as reader, TurnstileOnSocket(folder / "lane.sock") as turnstile:
        write_config(folder, port=reader.port)
        await prepare_state(folder / "state", [SITE, *member(CARD)])
        save_identity(folder / "state", replace(identity(), signing_keys={"00": bytes(32)}))
        yield reader, turnstile


async def serving(folder: Path, reader: ReaderOnPty, turnstile: TurnstileOnSocket) -> Process:
    """A running gateway whose reader invites the next member."""
    process = await start(folder, "run")
    await turnstile.until(lambda: turnstile.is_connected, timeout_s=20)
    await reader.until(lambda: reader.lines.get(1) == "Present your", timeout_s=20)
    return process


async def kill(process: Process, sent: signal.Signals) -> tuple[int, str]:
    process.send_signal(sent)
    _, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, err.decode()


@in_loop
async def test_every_mistake_of_the_configuration_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text('state_dir = 5\n[[lane]]\nname = "x"\nkind = "virtual"\n')
    code, out, err = await finish(tmp_path, "check-config")
    assert (code, out) == (2, "")
    assert [line.rsplit("gateway.toml:", 1)[1] for line in err.splitlines()] == [
        "1: `state_dir` must be a text in quotes",
        "1: there must be at least one [[bus]], [[wiegand]] or [[scanner]]",
        "2: `socket` is missing in [lane]",
    ]


@in_loop
async def test_a_file_that_is_not_there_is_a_line(tmp_path: Path) -> None:
    code, _, err = await finish(tmp_path, "run")
    assert code == 2
    assert err.count("\n") == 1
    assert "No such file" in err


@in_loop
async def test_a_gateway_that_is_not_enrolled_says_how_to_enrol(tmp_path: Path) -> None:
    write_config(tmp_path, port="/dev/null")
    code, _, err = await finish(tmp_path, "run")
    assert code == 3
    assert err.count("\n") == 1
    assert "tornello-gateway enrol" in err


@in_loop
async def test_an_enrolment_that_was_interrupted_is_not_a_done_one(tmp_path: Path) -> None:
    write_config(tmp_path, port="/dev/null")
    asked = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        process = await start(tmp_path, "enrol", "--url", url, "--token", f"tc1.{'a' * 26}.{'0' * 32}")
        await asked.wait()
        assert await kill(process, signal.SIGINT) == (1, "tornello-gateway: interrupted\n")


@in_loop
async def test_a_good_configuration_is_fine_and_status_needs_a_gateway(tmp_path: Path) -> None:
    write_config(tmp_path, port="/dev/null")
    assert (await finish(tmp_path, "check-config"))[0] == 0
    code, _, err = await finish(tmp_path, "status")
    assert code == 1
    assert "no gateway answers" in err


@in_loop
async def test_a_running_gateway_tells_its_status_and_stops_on_sigterm_with_open_relays(tmp_path: Path) -> None:
    async with hardware(tmp_path) as (reader, turnstile):
        process = await serving(tmp_path, reader, turnstile)
        code, out, _ = await finish(tmp_path, "status", "--json")
        assert code == 0
        state = json.loads(out)
        assert (state["gateway_id"], state["revision"], state["lanes"][0]["state"]) == ("gwy_test", 1, "locked")
        reader.present(CARD)
        await turnstile.until(lambda: turnstile.relays["in"])
        code, err = await kill(process, signal.SIGTERM)
        await turnstile.until(lambda: not turnstile.relays["in"])
    assert code == 0
    assert "Traceback" not in err
    assert "wiegand26" not in err, "a card's number has no place in a log"


@in_loop
async def test_what_happened_before_a_kill_is_there_after_the_restart(tmp_path: Path) -> None:
    async with hardware(tmp_path) as (reader, turnstile):
        process = await serving(tmp_path, reader, turnstile)
        reader.present(CARD)
        await turnstile.until(lambda: turnstile.pulses == ["in"])
        turnstile.rotate("in")
        await reader.until(lambda: reader.lines.get(1) == "Present your")
        await asyncio.sleep(0.5)
        await kill(process, signal.SIGKILL)
        reader.lines.clear()
        await turnstile.until(lambda: not turnstile.is_connected)
        again = await serving(tmp_path, reader, turnstile)
        reader.present(CARD)
        await turnstile.until(lambda: turnstile.pulses == ["in", "in"])
        await kill(again, signal.SIGTERM)
    bodies = await read_journal(tmp_path / "state")
    decided = [body for body in bodies if isinstance(body, AccessDecided)]
    taken = [body for body in bodies if isinstance(body, AccessTaken)]
    assert [body.outcome for body in decided] == ["allow", "allow"]
    assert [body.tap_id for body in taken] == [decided[0].tap_id]


@in_loop
async def test_a_lane_is_told_its_mode_from_the_command_line_and_the_answer_says_what_it_is(tmp_path: Path) -> None:
    write_config(tmp_path, port="/dev/null")
    code, _, err = await finish(tmp_path, "lane-mode", "Lane 1", "locked")
    assert code == 1
    assert "no gateway answers" in err
    async with hardware(tmp_path) as (reader, turnstile):
        process = await serving(tmp_path, reader, turnstile)
        assert await finish(tmp_path, "lane-mode", "Lane 1", "locked") == (0, "lane Lane 1: locked; mode locked\n", "")
        code, out, _ = await finish(tmp_path, "lane-mode", "lan_test", "--json")
        assert (code, json.loads(out)["mode"]) == (0, "locked")
        code, _, err = await finish(tmp_path, "lane-mode", "Lane 9", "normal")
        assert (code, err.count("\n")) == (4, 1)
        assert (await kill(process, signal.SIGTERM))[0] == 0


GPIO_LANE = """
[[lane]]
name = "{name}"
id = "lan_{name}"
kind = "gpio"
[lane.gpio]
chip = "a chip of another machine"
relay_in = {relay_in}
pass_in = {pass_in}
"""


@in_loop
async def test_releasing_the_lanes_does_what_it_can_and_names_every_lane_that_it_cannot_reach(tmp_path: Path) -> None:
    write_config(tmp_path, port="/dev/null")
    assert await finish(tmp_path, "release-lanes") == (0, "", "")
    with (tmp_path / "gateway.toml").open("a") as config:
        config.write(GPIO_LANE.format(name="a", relay_in=1, pass_in=2))
        config.write(GPIO_LANE.format(name="b", relay_in=3, pass_in=4))
    code, out, err = await finish(tmp_path, "release-lanes")
    assert (code, out) == (1, "")
    assert err.count("no GPIO chip is called 'a chip of another machine'") == 2
