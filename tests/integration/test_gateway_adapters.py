"""Sockets and ports of the gateway's adapters, for real."""

import asyncio
import json
import logging
import os
import socket
from pathlib import Path

import pytest

from gateway.adapters.local_status import LISTENERS_MAX, LocalStatus
from gateway.adapters.reader_bus_serial.bus import SerialReaderBus
from gateway.adapters.reader_bus_serial.indication import SerialReader
from gateway.adapters.virtual_lane import VirtualLane
from gateway.adapters.watchdog_systemd import SystemdNotifier
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Beeps, Feedback, Light, ReaderAbilities, Signal
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.service.ports import ReaderEvent, ReaderStatus
from gateway.status_client import GatewayNotRunningError, read_status
from tests.in_loop import in_loop
from tests.reader_on_pty import ReaderOnPty
from tests.turnstile_on_socket import TurnstileOnSocket

KEY = bytes(range(16))
GREEN = Signal(Light("green"), Beeps(1))
USUAL = ReaderAbilities("tricolour", True, 2, 16)


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@in_loop
async def test_a_virtual_lane_waits_for_its_turnstile_and_finds_it_again(tmp_path: Path) -> None:
    seen: list[LaneInput] = []
    lane = VirtualLane("lan_a", tmp_path / "lane.sock", timers=asyncio.get_running_loop())
    lane.set_listener(seen.append)
    running = asyncio.create_task(lane.run())
    for _ in range(2):
        async with TurnstileOnSocket(tmp_path / "lane.sock") as turnstile:
            await turnstile.until(lambda: turnstile.is_connected)
            turnstile.rotate("in")
            lane.unlock("in", 50)
            await turnstile.until(lambda: turnstile.pulses == ["in"] and not turnstile.relays["in"])
        (tmp_path / "lane.sock").unlink()
    await end(running)
    readies = [each.is_active for each in seen if each.signal is LaneSignal.READY]
    assert True in readies
    assert [each.is_active for each in seen if each.signal is LaneSignal.ROTATION_IN] == [True, False] * 2


@in_loop
async def test_a_turnstile_that_speaks_another_protocol_is_named_and_let_go(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def chatter(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello\n")
        writer.close()

    server = await asyncio.start_unix_server(chatter, tmp_path / "lane.sock")
    lane = VirtualLane("lan_a", tmp_path / "lane.sock", timers=asyncio.get_running_loop())
    lost = asyncio.Event()
    lane.set_listener(lambda seen: lost.set() if seen == LaneInput(LaneSignal.READY, is_active=False) else None)
    with caplog.at_level(logging.WARNING):
        running = asyncio.create_task(lane.run())
        await lost.wait()
    await end(running)
    server.close()
    assert "lane lan_a: the turnstile speaks another protocol" in caplog.text


@in_loop
async def test_a_lane_that_stops_in_the_middle_of_a_pulse_opens_its_relays(tmp_path: Path) -> None:
    async with TurnstileOnSocket(tmp_path / "lane.sock") as turnstile:
        lane = VirtualLane("lan_a", tmp_path / "lane.sock", timers=asyncio.get_running_loop())
        lane.set_listener(lambda _: None)
        running = asyncio.create_task(lane.run())
        await turnstile.until(lambda: turnstile.is_connected)
        lane.unlock("in", 60_000)
        await turnstile.until(lambda: turnstile.relays["in"])
        await end(running)
        await turnstile.until(lambda: not turnstile.relays["in"])


@in_loop
async def test_listeners_get_the_state_first_and_then_each_record(tmp_path: Path) -> None:
    status = LocalStatus(tmp_path / "status.sock", greeting=lambda: {"type": "state"})
    running = asyncio.create_task(status.run())
    await asyncio.sleep(0.05)
    records = read_status(tmp_path / "status.sock")
    assert await anext(records) == {"type": "state"}
    status.publish({"type": "decision", "text": "Привет"})
    assert await anext(records) == {"type": "decision", "text": "Привет"}
    await end(running)
    assert [record async for record in records] == []
    assert not (tmp_path / "status.sock").exists()


@in_loop
async def test_a_listener_that_does_not_read_is_let_go_and_too_many_are_sent_away(tmp_path: Path) -> None:
    status = LocalStatus(tmp_path / "status.sock", greeting=lambda: {"type": "state"})
    running = asyncio.create_task(status.run())
    await asyncio.sleep(0.05)
    lazy = [await asyncio.open_unix_connection(tmp_path / "status.sock") for _ in range(LISTENERS_MAX)]
    for reader, _ in lazy:
        await reader.readline()
    one_more, its_writer = await asyncio.open_unix_connection(tmp_path / "status.sock")
    assert await one_more.read() == b""
    for _ in range(100):
        status.publish({"type": "decision", "text": "x" * 20_000})
    assert json.loads(await lazy[0][0].readline())["type"] == "decision"
    await end(running)
    for _, writer in [*lazy, (one_more, its_writer)]:
        writer.close()


@in_loop
async def test_without_a_gateway_the_status_says_so(tmp_path: Path) -> None:
    with pytest.raises(GatewayNotRunningError, match="no gateway answers"):
        await anext(read_status(tmp_path / "status.sock"))


def test_systemd_is_told_over_its_socket(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        notifier = SystemdNotifier(str(tmp_path / "notify"), watchdog_s=10)
        notifier.tell_ready()
        notifier.tell_alive()
        notifier.tell_stopping()
        assert [systemd.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_an_abstract_socket_of_systemd_is_found() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0tornello-test-{os.getpid()}")
        SystemdNotifier(f"@tornello-test-{os.getpid()}", watchdog_s=None).tell_ready()
        assert systemd.recv(64) == b"READY=1"


@in_loop
async def test_a_serial_port_that_is_not_there_is_reported_once_and_opened_as_soon_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[ReaderEvent] = []
    bus = SerialReaderBus(str(tmp_path / "port"), baud=115_200, readers=[SerialReader(ReaderKey("entry"), 0, KEY)])
    bus.set_listener(heard.append)
    with caplog.at_level(logging.WARNING):
        running = asyncio.create_task(bus.run())
        await asyncio.sleep(0.7)
    assert caplog.text.count("cannot be opened") == 1
    bus.show(ReaderKey("entry"), Feedback(None, (), 0))
    async with ReaderOnPty(scbk=KEY) as reader:
        (tmp_path / "port").symlink_to(reader.port)
        async with asyncio.timeout(30):
            while not heard:
                await asyncio.sleep(0.01)
        assert heard == [ReaderStatus(ReaderKey("entry"), "online", is_secure=True, abilities=USUAL)]
        await end(running)
    assert len(heard) == 1


@in_loop
async def test_a_lost_port_takes_its_readers_offline_and_brings_them_back(tmp_path: Path) -> None:
    heard: list[ReaderEvent] = []
    bus = SerialReaderBus(str(tmp_path / "port"), baud=115_200, readers=[SerialReader(ReaderKey("entry"), 0, KEY)])
    bus.set_listener(heard.append)
    running = asyncio.create_task(bus.run())
    for count in (2, 4):
        async with ReaderOnPty(scbk=KEY) as reader:
            (tmp_path / "port").symlink_to(reader.port)
            async with asyncio.timeout(30):
                while len(heard) < count - 1:
                    await asyncio.sleep(0.01)
            (tmp_path / "port").unlink()
        async with asyncio.timeout(30):
            while len(heard) < count:
                await asyncio.sleep(0.01)
    await end(running)
    assert [each.state for each in heard if isinstance(each, ReaderStatus)] == ["online", "offline"] * 2


@in_loop
async def test_a_reader_with_another_key_never_comes_online_and_is_an_alarm_once() -> None:
    heard: list[ReaderEvent] = []
    async with ReaderOnPty(scbk=bytes(16)) as reader:
        bus = SerialReaderBus(reader.port, baud=115_200, readers=[SerialReader(ReaderKey("entry"), 0, KEY)])
        bus.set_listener(heard.append)
        running = asyncio.create_task(bus.run())
        async with asyncio.timeout(30):
            while not heard or (bus.counters(ReaderKey("entry"))["security_failures"] or 0) < 2:
                await asyncio.sleep(0.01)
        await end(running)
    failure = "the other end does not hold our key"
    assert heard == [ReaderStatus(ReaderKey("entry"), "security_failed", detail=failure)]


@in_loop
async def test_a_reader_that_is_opened_or_loses_its_power_is_reported() -> None:
    heard: list[ReaderEvent] = []
    async with ReaderOnPty(scbk=KEY) as reader:
        bus = SerialReaderBus(reader.port, baud=115_200, readers=[SerialReader(ReaderKey("entry"), 0, KEY)])
        bus.set_listener(heard.append)
        running = asyncio.create_task(bus.run())
        async with asyncio.timeout(30):
            await grown(heard, 1)
            reader.device.set_tamper(True)
            await grown(heard, 2)
            reader.device.set_tamper(False)
            reader.device.set_power_failing(True)
            await grown(heard, 4)
        await end(running)
    states = [each.state for each in heard if isinstance(each, ReaderStatus)]
    assert states == ["online", "tampered", "restored", "power_failing"]


async def grown(heard: list[ReaderEvent], count: int) -> None:
    while len(heard) < count:
        await asyncio.sleep(0.01)


@in_loop
async def test_more_feedback_than_a_reader_can_take_is_cut_and_the_reader_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[ReaderEvent] = []
    entry = ReaderKey("entry")
    async with ReaderOnPty(scbk=KEY) as reader:
        bus = SerialReaderBus(reader.port, baud=115_200, readers=[SerialReader(entry, 0, KEY)])
        bus.set_listener(heard.append)
        running = asyncio.create_task(bus.run())
        async with asyncio.timeout(30):
            while not heard:
                await asyncio.sleep(0.01)
        with caplog.at_level(logging.WARNING):
            for number in range(10):
                bus.show(entry, Feedback(GREEN, (f"Number {number}",), 5_000))
        assert "cannot keep up" in caplog.text
        await reader.until(lambda: reader.beep_count >= 3)
        bus.show(entry, Feedback(None, ("Next please",), 0))
        await reader.until(lambda: reader.lines.get(1) == "Next please")
        await end(running)
