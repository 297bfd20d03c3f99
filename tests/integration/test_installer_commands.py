"""The installer's commands as processes, with readers on pseudo-terminals."""

import asyncio
import contextlib
import json
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

from firmware_protocol.osdp.commands import KeySet
from firmware_protocol.osdp.frame import Frame
from firmware_protocol.osdp.osdpcap import parse_trace_entry
from firmware_protocol.osdp.peripheral_device import PeripheralSettings
from gateway.installer.capture import TraceFile
from gateway.reader_keys import read_reader_key
from sync_protocol.state_rows import SiteRow
from tests.in_loop import in_loop
from tests.reader_on_pty import ReaderOnPty
from tests.running_gateway import SCBK, member, running_gateway, write_config


async def command(*arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway.cli", *arguments, stdout=PIPE, stderr=PIPE
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@contextlib.asynccontextmanager
async def bench(folder: Path, settings: PeripheralSettings) -> AsyncIterator[ReaderOnPty]:
    """A reader and a configuration whose key file may be there or not."""
    async with ReaderOnPty(settings=settings) as reader:
        write_config(folder, port=reader.port)
        yield reader


@in_loop
async def test_a_reader_is_paired_its_key_sealed_and_rotated(tmp_path: Path) -> None:
    config, key_file, state_dir = str(tmp_path / "gateway.toml"), tmp_path / "entry.key", tmp_path / "state"
    async with bench(tmp_path, PeripheralSettings(is_install_mode=True)) as reader:
        key_file.unlink()
        assert (await command("check-config", "--config", config))[0] == 2
        code, out, err = await command("pair-reader", "--config", config, "--reader", "entry", "--json")
        assert (code, err) == (0, "")
        assert json.loads(out.splitlines()[-1])["reader"] == "entry"
        assert reader.keys == [read_reader_key(key_file, state_dir)]
        assert (await command("check-config", "--config", config))[0] == 0

        code, out, err = await command("pair-reader", "--config", config, "--reader", "entry")
        assert (code, out) == (4, "")
        assert "--rotate" in err
        code, out, err = await command("pair-reader", "--config", config, "--reader", "entry", "--rotate")
        assert (code, err) == (0, "")
        assert len(reader.keys) == 2
        assert reader.keys[1] == read_reader_key(key_file, state_dir)
        assert all(key.hex() not in out for key in reader.keys)
    assert {path.name for path in tmp_path.iterdir()} == {"gateway.toml", "entry.key", "state"}


@in_loop
async def test_a_reader_with_an_own_key_a_wrong_name_and_a_silent_line_are_named(tmp_path: Path) -> None:
    config = str(tmp_path / "gateway.toml")
    async with bench(tmp_path, PeripheralSettings(scbk=bytes(16))):
        code, _, err = await command("pair-reader", "--config", config, "--reader", "exit")
        assert (code, err) == (2, "tornello-gateway: no OSDP reader is called 'exit'; there are: entry\n")
        code, _, err = await command("pair-reader", "--config", config, "--reader", "entry", "--force")
        assert code == 4
        assert "does not take the default key" in err
    write_config(tmp_path, port=str(tmp_path / "nothing"))
    code, _, err = await command("pair-reader", "--config", config, "--reader", "entry", "--force")
    assert code == 1
    assert "cannot be opened" in err
    assert err.count("\n") == 1


@in_loop
async def test_readers_are_looked_for_and_moved_to_another_speed(tmp_path: Path) -> None:
    config = str(tmp_path / "gateway.toml")
    async with bench(tmp_path, PeripheralSettings(address=0, scbk=SCBK)) as reader:
        options = ("--port", reader.port, "--addresses", "0-3", "--baud", "115200", "--json")
        code, out, _ = await command("scan-readers", *options)
        assert code == 0
        assert (json.loads(out)["address"], json.loads(out)["baud"]) == (0, 115_200)
        before = Path(config).read_text()
        code, out, err = await command("set-baud", "--config", config, "--baud", "38400", "--print-only")
        assert (code, err) == (0, "")
        assert "now write `baud = 38400`" in out
        assert (reader.baud, Path(config).read_text()) == (38_400, before)
        code, _, err = await command("set-baud", "--config", config, "--baud", "115200")
        assert (code, "for 115200 baud already" in err) == (2, True)


@in_loop
async def test_the_configuration_follows_readers_that_moved(tmp_path: Path) -> None:
    config = tmp_path / "gateway.toml"
    async with bench(tmp_path, PeripheralSettings(address=0, scbk=SCBK)) as reader:
        before = config.read_text()
        code, out, err = await command("set-baud", "--config", str(config), "--baud", "38400")
        assert (code, err, reader.baud) == (0, "", 38_400)
        assert {"-baud = 115200", "+baud = 38400"} <= set(out.splitlines())
        assert config.read_text() == before.replace("baud = 115200", "baud = 38400")
        code, out, err = await command("set-baud", "--config", str(config), "--baud", "115200", "--json")
        assert (code, err, config.read_text()) == (0, "", before)
        assert "+baud = 115200" in json.loads(out.splitlines()[-1])["diff"]
        reader.unplug()
        assert (await command("set-baud", "--config", str(config), "--baud", "9600"))[0] == 1
    assert config.read_text() == before


@in_loop
async def test_a_line_without_readers_is_scanned_in_vain(tmp_path: Path) -> None:
    async with ReaderOnPty() as reader:
        reader.unplug()
        code, out, _ = await command("scan-readers", "--port", reader.port, "--addresses", "5", "--baud", "115200")
    assert (code, out) == (0, f"no reader answers on {reader.port} at 115200 baud\n")


@in_loop
async def test_the_port_of_a_running_gateway_is_not_taken_from_it_but_can_be_listened_to(tmp_path: Path) -> None:
    config, trace = str(tmp_path / "gateway.toml"), tmp_path / "entry.osdpcap"
    async with running_gateway(tmp_path, member(100)) as gateway:
        code, _, err = await command("pair-reader", "--config", config, "--reader", "entry", "--rotate")
        assert code == 1
        assert "if it is the gateway, stop it first" in err
        capturing = asyncio.create_task(
            command("capture", "--config", config, "--osdpcap", str(trace), "--seconds", "1.5", "--json")
        )
        async with asyncio.timeout(30):
            while not trace.exists():
                await asyncio.sleep(0.02)
        await gateway.tap(100)
        code, out, err = await capturing
    assert (code, err) == (0, "")
    entries = [parse_trace_entry(line) for line in trace.read_text().splitlines()]
    assert json.loads(out.splitlines()[-1])["frames"] == len(entries) > 50
    assert {entry.direction.value for entry in entries} == {"in", "out"}
    assert trace.stat().st_mode & 0o077 == 0


@in_loop
async def test_a_capture_without_a_gateway_serves_the_readers_itself_and_writes_over_nothing(tmp_path: Path) -> None:
    config, trace = str(tmp_path / "gateway.toml"), tmp_path / "entry.osdpcap"
    async with bench(tmp_path, PeripheralSettings(scbk=SCBK)):
        code, out, err = await command("capture", "--config", config, "--osdpcap", str(trace), "--seconds", "0.7")
        assert (code, err) == (0, "")
        assert "no gateway runs here" in out
        frames = trace.read_text().splitlines()
        assert len(frames) > 20
        assert SCBK.hex(" ") not in trace.read_text()
        code, _, err = await command("capture", "--config", config, "--osdpcap", str(trace), "--seconds", "0.2")
    assert (code, "is there already" in err) == (4, True)
    assert trace.read_text().splitlines() == frames


@in_loop
async def test_a_capture_ends_at_ctrl_c_with_what_it_has(tmp_path: Path) -> None:
    trace = tmp_path / "entry.osdpcap"
    async with bench(tmp_path, PeripheralSettings(scbk=SCBK)):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway.cli", "capture", "--config", str(tmp_path / "gateway.toml")),
            *("--osdpcap", str(trace)),
            stdout=PIPE,
            stderr=PIPE,
        )
        async with asyncio.timeout(30):
            while not trace.exists() or len(trace.read_text()) < 5_000:
                await asyncio.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert out.decode().splitlines()[-1] == f"{len(trace.read_text().splitlines())} frame(s) in {trace}"


@in_loop
async def test_a_capture_that_cannot_begin_is_one_line_and_leaves_no_file(tmp_path: Path) -> None:
    write_config(tmp_path, port=str(tmp_path / "nothing"))
    trace = tmp_path / "entry.osdpcap"
    code, _, err = await command("capture", "--config", str(tmp_path / "gateway.toml"), "--osdpcap", str(trace))
    assert (code, err.count("\n"), "cannot be opened" in err) == (1, 1, True)
    assert not trace.exists()


@in_loop
async def test_a_capture_says_that_the_gateway_has_ended(tmp_path: Path) -> None:
    trace = tmp_path / "entry.osdpcap"
    async with running_gateway(tmp_path, [SiteRow("sit_test", "Club", "Europe/Rome", "en")]) as gateway:
        capturing = asyncio.create_task(
            command("capture", "--config", str(tmp_path / "gateway.toml"), "--osdpcap", str(trace))
        )
        async with asyncio.timeout(30):
            while not trace.exists() or len(trace.read_text()) < 5_000:
                await asyncio.sleep(0.02)
        await gateway.stop()
        code, _, err = await capturing
    assert (code, err.count("\n"), "the gateway has ended" in err) == (1, 1, True)


@in_loop
async def test_keys_that_travel_are_zeroed_in_a_capture_unless_asked_for(tmp_path: Path) -> None:
    key = bytes(range(0xA0, 0xB0))
    keyset = KeySet(key)
    frame = Frame(0, False, 1, keyset.CODE, keyset.encode()).encode_with_mark()
    for has_keys in (False, True):
        path = tmp_path / f"{has_keys}.osdpcap"
        with TraceFile(path, {"port": 9600}, has_keys=has_keys) as file:
            file.record("port", "out", frame, at_ns=1)
        assert (key.hex(" ") in path.read_text()) is has_keys
