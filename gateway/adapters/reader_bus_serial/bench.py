"""A serial port with OSDP readers in an installer's hands: for pairing, scanning, changing the baud, capturing.

The gateway must not serve the port meanwhile: a port has one user, and the second one is refused.
"""

import asyncio
import contextlib
import errno
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

import serialx

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from gateway.adapters.reader_bus_serial.line import LineTap, OsdpLine

_EVENTS_MAX: Final = 1024


class PortUnusableError(Exception):
    """The serial port cannot be used, or was lost; the text says why."""


class OsdpBench:
    """An open port with an access control unit of its own; `open_bench` makes one."""

    def __init__(self, port: str, unit: AccessControlUnit, *, tap: LineTap | None) -> None:
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[events.Event] = asyncio.Queue(_EVENTS_MAX)
        self._unit = unit
        self.line = OsdpLine(unit, self._take_event, loop=self._loop, tap=tap)

    def send(self, address: int, command: commands.Command) -> None:
        """Queue a command; CommandCompleted or CommandFailed tells its end. Errors as of the unit's `send`."""
        self._unit.send(address, command)
        self.line.pump(self._loop.time())

    def scan(self, addresses: Iterable[int]) -> None:
        """Look for devices: ReaderFound for each, then ScanFinished."""
        self._unit.scan(addresses)
        self.line.pump(self._loop.time())

    def leave_alone(self, address: int) -> None:
        """Ask a reader nothing more."""
        self._unit.disable_reader(address)
        self.line.pump(self._loop.time())

    async def next_event(self, timeout_s: float) -> events.Event | None:
        """What happened next, or None when nothing did in time.

        Raises:
            PortUnusableError: the port was lost.
        """
        getting = asyncio.create_task(self._events.get())
        waited: set[asyncio.Future[Any]] = {getting, self.line.closed}
        try:
            await asyncio.wait(waited, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if getting.done():
                return getting.result()
            if self.line.closed.done():
                raise PortUnusableError(f"serial port {self._port} was lost")
            return None
        finally:
            getting.cancel()

    def _take_event(self, event: events.Event, _: float) -> None:
        # Whoever waits for one event does not mind the oldest of a thousand others.
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(event)


@contextlib.asynccontextmanager
async def open_bench(
    port: str, baud: int, readers: Sequence[ReaderSettings], *, tap: LineTap | None = None
) -> AsyncIterator[OsdpBench]:
    """Open the port and serve these readers until the end of the block.

    Raises:
        PortUnusableError: it cannot be opened.
    """
    unit = AccessControlUnit(readers, baud=baud, random_bytes=secrets.token_bytes)
    bench = OsdpBench(port, unit, tap=tap)
    loop = asyncio.get_running_loop()
    try:
        await serialx.create_serial_connection(loop, lambda: bench.line, port, baud)
    except (OSError, serialx.SerialException) as error:
        is_busy = isinstance(error, OSError) and error.errno == errno.EBUSY
        advice = "another program uses it; if it is the gateway, stop it first" if is_busy else str(error)
        raise PortUnusableError(f"serial port {port} cannot be opened: {advice}") from error
    try:
        yield bench
    finally:
        await bench.line.close()
