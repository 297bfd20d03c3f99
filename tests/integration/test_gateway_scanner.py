"""A scanner on a pseudo-terminal, by itself and at a whole gateway."""

import asyncio
import os
import tty
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from gateway.adapters.reader_scanner_serial import ScannerReader, SerialFraming
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Feedback, ReaderAbilities
from gateway.service.ports import CodePresented, ReaderEvent, ReaderStatus
from tests.in_loop import in_loop

DESK = ReaderKey("desk")
ONLINE = ReaderStatus(DESK, "online", abilities=ReaderAbilities())


class ScannerOnPty:
    """Our end sends codes; the other end is `port`."""

    def __enter__(self) -> Self:
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self.port = os.ttyname(self._theirs)
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        os.close(self._ours)
        os.close(self._theirs)

    def send(self, data: bytes) -> None:
        os.write(self._ours, data)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.01)


def scanner(port: str, heard: list[ReaderEvent], framing: str = "8N1") -> ScannerReader:
    reader = ScannerReader(DESK, port, SerialFraming.parse(framing, 9600), silence_s=0.05)
    reader.set_listener(heard.append)
    return reader


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("framing", ["8N1", "7E1", "8O2"])
@in_loop
async def test_each_line_is_a_code_and_so_is_what_silence_ends(framing: str) -> None:
    heard: list[ReaderEvent] = []
    with ScannerOnPty() as wire:
        reader = scanner(wire.port, heard, framing)
        running = asyncio.create_task(reader.run())
        await until(lambda: heard == [ONLINE])
        wire.send(b"TICKET-1\rTICKET-2\r\nTICK")
        wire.send(b"ET-3\n")
        await until(lambda: len(heard) == 4)
        wire.send(b"TICKET-4")
        await until(lambda: len(heard) == 5)
        reader.show(DESK, Feedback(None, ("nobody sees this",), 0))
        await end(running)
    codes = [each.code for each in heard if isinstance(each, CodePresented)]
    assert codes == [b"TICKET-1", b"TICKET-2", b"TICKET-3", b"TICKET-4"]
    assert reader.counters(DESK) == {"codes": 4}


@in_loop
async def test_a_scanner_that_is_unplugged_is_offline_and_comes_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[ReaderEvent] = []
    link = tmp_path / "scanner"
    running = asyncio.create_task(scanner(str(link), heard).run())
    await asyncio.sleep(0.4)
    for count in (2, 4):
        with ScannerOnPty() as wire:
            link.symlink_to(wire.port)
            await until(lambda: len(heard) == count - 1)  # noqa: B023 - awaited within the turn
            link.unlink()
        await until(lambda: len(heard) == count)  # noqa: B023
    await end(running)
    assert heard == [ONLINE, ReaderStatus(DESK, "offline", detail="the serial port is lost")] * 2
    assert caplog.text.count("cannot be opened") == 1
