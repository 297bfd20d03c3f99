"""A QR or barcode scanner on a serial line: each line that it sends is a code. It can show nothing.

A lost port (a USB scanner unplugged) takes the reader offline and is opened again as soon as it is back.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

import serialx

from firmware_protocol.serial_scanner import SerialScanner
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Feedback, ReaderAbilities
from gateway.serial_reads import tell_empty_from_lost
from gateway.service.ports import CodePresented, ReaderListener, ReaderStatus

log = logging.getLogger(__name__)

REOPEN_DELAY_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class SerialFraming:
    """How characters travel: 8N1 is 8 data bits, no parity, 1 stop bit."""

    baud: int
    data_bits: int
    parity: serialx.Parity
    stop_bits: serialx.StopBits

    @classmethod
    def parse(cls, text: str, baud: int) -> Self:
        """From the usual three characters, such as 8N1 or 7E2; ValueError when they are not."""
        return cls(baud, int(text[:1]), serialx.Parity(text[1:2]), serialx.StopBits(int(text[2:])))


class ScannerReader:
    """One scanner. Give it a listener, then run it."""

    def __init__(self, key: ReaderKey, port: str, framing: SerialFraming, *, silence_s: float) -> None:
        self._key = key
        self._port = port
        self._framing = framing
        self._silence_s = silence_s
        self._listener: ReaderListener | None = None
        self._code_count = 0

    def set_listener(self, listener: ReaderListener) -> None:
        """Give codes and the scanner's coming and going to `listener`, in the loop's thread."""
        self._listener = listener

    def show(self, reader: ReaderKey, feedback: Feedback) -> None:
        """A scanner has nothing to show on; its own beep tells that it has read."""

    def counters(self, reader: ReaderKey) -> Mapping[str, float | None]:
        """How many codes were read."""
        return {"codes": self._code_count}

    async def run(self) -> None:
        """Serve the port until cancelled, and open it again whenever it is lost."""
        assert self._listener is not None, "a reader needs a listener before it runs"
        is_reported = False
        while True:
            try:
                await self._serve(self._listener)
                is_reported = True
            except (OSError, serialx.SerialException) as error:
                if not is_reported:
                    log.warning("reader %s: serial port %s cannot be opened: %s", self._key, self._port, error)
                    is_reported = True
            await asyncio.sleep(REOPEN_DELAY_S)

    async def _serve(self, listener: ReaderListener) -> None:
        loop, framing = asyncio.get_running_loop(), self._framing
        wire = _ScannerWire(SerialScanner(self._silence_s), self._take, loop)
        transport, _ = await serialx.create_serial_connection(
            loop,
            lambda: wire,
            self._port,
            framing.baud,
            parity=framing.parity,
            stopbits=framing.stop_bits,
            byte_size=framing.data_bits,
        )
        log.info("reader %s: serial port %s is open at %d baud", self._key, self._port, framing.baud)
        listener(ReaderStatus(self._key, "online", abilities=ReaderAbilities()))
        try:
            await asyncio.shield(wire.closed)
            listener(ReaderStatus(self._key, "offline", detail="the serial port is lost"))
        finally:
            transport.abort()
            await wire.closed

    def _take(self, code: bytes, now: float) -> None:
        assert self._listener is not None, "a reader needs a listener before it runs"
        self._code_count += 1
        self._listener(CodePresented(self._key, code, now))


class _ScannerWire(asyncio.Protocol):
    """One opening of the port."""

    def __init__(
        self, scanner: SerialScanner, take: Callable[[bytes, float], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._scanner = scanner
        self._take = take
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self.closed: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        tell_empty_from_lost(transport)

    def data_received(self, data: bytes) -> None:
        now = self._loop.time()
        self._give(self._scanner.receive_bytes(data, now), now)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.closed.set_result(None)

    def _handle_timer(self) -> None:
        now = self._loop.time()
        self._give(self._scanner.handle_timer(now), now)

    def _give(self, codes: Iterable[bytes], now: float) -> None:
        for code in codes:
            self._take(code, now)
        if self._timer is not None:
            self._timer.cancel()
        deadline = self._scanner.next_deadline()
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._handle_timer)
