"""Where a virtual reader is plugged in: a real serial port, or a pty that others open by a stable path."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import serialx

from gateway.serial_reads import tell_empty_from_lost
from provisioning.virtual_turnstile.pty_port import PtyPort

Receive = Callable[[bytes], None]


class PortLostError(Exception):
    """The serial port cannot be opened, or is gone; the text says which."""


class ReaderPort(Protocol):
    """An open port."""

    def write(self, data: bytes) -> object:
        """Send; what the line cannot take is lost, as on any wire."""
        ...

    async def set_baud(self, baud: int) -> None:
        """Go on at another speed."""
        ...

    async def wait_lost(self) -> None:
        """Return when the port is gone."""
        ...


class _PseudoPort:
    """A pty carries every speed and is never lost."""

    def __init__(self, port: PtyPort) -> None:
        self.write = port.write

    async def set_baud(self, baud: int) -> None:
        """Nothing changes on a pty."""

    async def wait_lost(self) -> None:
        await asyncio.Event().wait()


class _SerialWire(asyncio.Protocol):
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        tell_empty_from_lost(transport)

    def data_received(self, data: bytes) -> None:
        self._receive(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(None)


class _SerialPort:
    """A real port."""

    def __init__(self, transport: serialx.BaseSerialTransport, wire: _SerialWire) -> None:
        self._transport = transport
        self._wire = wire

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    async def set_baud(self, baud: int) -> None:
        await self._transport.reconfigure_port(baudrate=baud)

    async def wait_lost(self) -> None:
        await asyncio.shield(self._wire.lost)


@asynccontextmanager
async def open_pty(path: Path, receive: Receive) -> AsyncIterator[ReaderPort]:
    """Make a pty that is reached at `path`; PathTakenError when something else is there."""
    port = PtyPort(path, receive)
    try:
        yield _PseudoPort(port)
    finally:
        port.close()


@asynccontextmanager
async def open_serial(path: Path, baud: int, receive: Receive) -> AsyncIterator[ReaderPort]:
    """Open a serial port.

    Raises:
        PortLostError: it cannot be opened.
    """
    loop = asyncio.get_running_loop()
    wire = _SerialWire(receive)
    try:
        transport, _ = await serialx.create_serial_connection(loop, lambda: wire, str(path), baud)
    except (OSError, serialx.SerialException) as error:
        raise PortLostError(f"serial port {path} cannot be opened: {error}") from error
    try:
        yield _SerialPort(transport, wire)
    finally:
        transport.abort()
        await wire.lost
