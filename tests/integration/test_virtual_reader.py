"""The virtual reader as a process: on a pty of its own, on a port that is there, before our own commands."""

import asyncio
import contextlib
import json
import os
import signal
import stat
import sys
import tty
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.reader_settings import ReaderSettings
from gateway.adapters.reader_bus_serial.bench import OsdpBench, open_bench
from gateway.reader_keys import read_reader_key
from tests.in_loop import in_loop
from tests.running_gateway import write_config

KEY = bytes(range(16))


class Reader:
    """The process, what can be typed, and what it has told."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.told: list[dict[str, Any]] = []

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())

    async def wait_for(self, kind: str) -> dict[str, Any]:
        """The next record of this kind."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while line := await self.process.stdout.readline():
                self.told.append(json.loads(line))
                if self.told[-1]["event"] == kind:
                    return self.told[-1]
        raise AssertionError(f"the reader ended before it told {kind}: {self.told}")


async def start(*options: str, stdin: int = PIPE) -> Process:
    arguments = ["-m", "provisioning.cli", "virtual-reader", *options]
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdin=stdin, stdout=PIPE, stderr=PIPE)


@contextlib.asynccontextmanager
async def virtual_reader(*options: str) -> AsyncIterator[Reader]:
    reader = Reader(await start(*options, "--json"))
    try:
        await reader.wait_for("ready")
        yield reader
    finally:
        if reader.process.returncode is None:
            reader.process.kill()
        await reader.process.communicate()


async def until(bench: OsdpBench, kind: type[events.Event]) -> events.Event:
    async with asyncio.timeout(30):
        while not isinstance(event := await bench.next_event(10), kind):
            pass
    return event


@in_loop
async def test_a_controller_sees_what_is_typed_and_the_reader_tells_what_it_is_told(tmp_path: Path) -> None:
    port, key_file = tmp_path / "reader.port", tmp_path / "reader.key"
    key_file.write_text(KEY.hex())
    options = ("--port", str(port), "--pty", "--baud", "115200", "--scbk-file", str(key_file), "--inputs", "2")
    async with virtual_reader(*options) as reader:
        async with open_bench(str(port), 115_200, [ReaderSettings(0, scbk=KEY)]) as bench:
            online = await until(bench, events.ReaderOnline)
            assert isinstance(online, events.ReaderOnline)
            assert (online.is_secure, online.identification.serial_number) == (True, 1)
            reader.type("raw 32 04a1b2c3")
            card = await until(bench, events.CardRead)
            assert isinstance(card, events.CardRead)
            assert (card.data.hex(), card.bit_count) == ("04a1b2c3", 32)
            reader.type("keys 12#")
            keys = await until(bench, events.KeypadRead)
            assert isinstance(keys, events.KeypadRead)
            assert keys.digits == "12#"
            reader.type("input 2 on\ntamper on\npower off")
            assert await until(bench, events.InputsChanged) is not None
            assert await until(bench, events.TamperChanged) == events.TamperChanged(0, is_tampered=True)
            assert await until(bench, events.PowerChanged) == events.PowerChanged(0, is_failing=True)
            bench.send(0, commands.Text(b"Welcome", row=1))
            assert (await reader.wait_for("text"))["text"] == "Welcome"
            bench.send(0, commands.Output(0, commands.OutputControl.ON))
            assert await reader.wait_for("output") == {"event": "output", "number": 1, "is_on": True}
            reader.type("input 9 on")
            assert (await reader.wait_for("mistake"))["words"] == "this device has 2 inputs"
            reader.type("show")
            assert (await reader.wait_for("shows"))["lines"][0].startswith("Welcome")
        reader.type("quit")
        assert await reader.process.wait() == 0
    assert not port.is_symlink()


@in_loop
async def test_the_gateway_pairs_it_and_it_keeps_the_key_for_the_next_time(tmp_path: Path) -> None:
    port, key_file, config = tmp_path / "reader.port", tmp_path / "reader.key", tmp_path / "gateway.toml"
    options = ("--port", str(port), "--pty", "--baud", "115200", "--scbk-file", str(key_file))
    write_config(tmp_path, port=str(port))
    (tmp_path / "entry.key").unlink()
    async with virtual_reader(*options, "--install-mode") as reader:
        pairing = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway.cli", "pair-reader", "--config", str(config), "--reader", "entry"),
            stdout=PIPE,
            stderr=PIPE,
        )
        _, error = await pairing.communicate()
        assert (pairing.returncode, error) == (0, b"")
        await reader.wait_for("key")
        assert reader.told[-1] == {"event": "key"}, "the key itself is not told"
    key = read_reader_key(tmp_path / "entry.key", tmp_path / "state")
    assert bytes.fromhex(key_file.read_text()) == key
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    async with virtual_reader(*options), open_bench(str(port), 115_200, [ReaderSettings(0, scbk=key)]) as bench:
        online = await until(bench, events.ReaderOnline)
        assert isinstance(online, events.ReaderOnline)
        assert online.is_secure


@in_loop
async def test_it_is_plugged_into_a_port_that_is_there_and_says_when_that_is_lost() -> None:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    reader = Reader(await start("--port", os.ttyname(theirs), "--plain-text", "--json", stdin=DEVNULL))
    await reader.wait_for("ready")
    os.close(theirs)
    os.close(ours)
    _, error = await reader.process.communicate()
    assert reader.process.returncode == 1
    assert b"is lost" in error
    assert error.count(b"\n") == 1


@in_loop
async def test_a_signal_ends_it_and_takes_its_port_away(tmp_path: Path) -> None:
    async with virtual_reader("--port", str(tmp_path / "reader.port"), "--pty", "--plain-text") as reader:
        reader.process.send_signal(signal.SIGTERM)
        assert await reader.process.wait() == 0
    assert not (tmp_path / "reader.port").is_symlink()


@in_loop
async def test_options_that_contradict_each_other_and_ports_that_are_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.key").write_text("1234")
    for options, words in (
        ((), "say either --plain-text"),
        (("--plain-text", "--install-mode"), "say either --plain-text"),
        (("--plain-text",), "cannot be opened"),
        (("--scbk-file", str(tmp_path / "bad.key")), "must hold 32 hexadecimal digits"),
        (("--scbk-file", str(tmp_path / "no.key")), "No such file"),
    ):
        process = await start("--port", str(tmp_path / "nothing"), *options)
        out, error = await process.communicate()
        assert (process.returncode, out) == (1, b"")
        assert words in error.decode()
        assert error.count(b"\n") == 1
