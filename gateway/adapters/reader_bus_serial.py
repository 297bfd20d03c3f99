"""OSDP readers on a serial port: one task a bus, one timer, re-armed from the protocol's next deadline.

The protocol is `firmware_protocol.osdp`; here are only the port and the clock. A lost port (a USB adapter unplugged)
takes its readers offline and is opened again as soon as it is back.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import serialx

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.errors import QueueFullError, ReaderOfflineError
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Colour, Feedback
from gateway.service.ports import CardPresented, ReaderStatus

log = logging.getLogger(__name__)

REOPEN_DELAY_S: Final = 0.25

_COLOURS: Final[dict[Colour, commands.LedColor]] = {
    "green": commands.LedColor.GREEN,
    "amber": commands.LedColor.AMBER,
    "red": commands.LedColor.RED,
}
_BEEP_MS: Final = 100
_TEXT_SECONDS_MAX: Final = 255
_UNSENT_BYTES_MAX: Final = 4096

Listener = Callable[[CardPresented | ReaderStatus], None]


@dataclass(frozen=True, slots=True)
class SerialReader:
    """One reader of a bus; without `scbk` it speaks plain text, which the configuration says in so many words.

    `line_count` and `column_count` are the size of its display; no lines means that it has none.
    """

    key: ReaderKey
    address: int
    scbk: bytes | None = field(default=None, repr=False)
    line_count: int = 2
    column_count: int = 16


def feedback_commands(feedback: Feedback, reader: SerialReader) -> list[commands.Command]:
    """The light, sound and text of a feedback, as OSDP commands in the order of urgency.

    The reader itself falls back to its idle light and text when the time is over (a temporary pattern, a temporary
    text). Lines are filled up with blanks, because a display keeps what is not written over.
    """
    duration_s = min(-(-feedback.duration_ms // 1000), _TEXT_SECONDS_MAX)
    wanted: list[commands.Command] = []
    if feedback.colour is None:
        wanted.append(commands.Led(is_cancelled=True))
    else:
        steady = commands.LedPattern(_COLOURS[feedback.colour])
        wanted.append(commands.Led(temporary=steady, timer_ms=feedback.duration_ms // 100 * 100))
        wanted.append(commands.Buzzer(on_ms=_BEEP_MS, off_ms=_BEEP_MS, repeat_count=feedback.beep_count))
    lines = [*feedback.lines, *[""] * reader.line_count][: reader.line_count]
    for row, line in enumerate(lines, start=1):
        text = line.ljust(reader.column_count).encode()
        is_temporary = feedback.colour is not None
        wanted.append(
            commands.Text(text, row=row, is_temporary=is_temporary, seconds=duration_s if is_temporary else 0)
        )
    return wanted


class SerialReaderBus:
    """The readers of one serial port. Give it a listener, then run it."""

    def __init__(self, port: str, *, baud: int, readers: Sequence[SerialReader]) -> None:
        self._port = port
        self._baud = baud
        self._readers = {reader.address: reader for reader in readers}
        self._addresses = {reader.key: reader.address for reader in readers}
        self._listener: Listener | None = None
        self._wire: _Wire | None = None

    def set_listener(self, listener: Listener) -> None:
        """Give cards and changes of the readers to `listener`, in the loop's thread."""
        self._listener = listener

    def show(self, reader: ReaderKey, feedback: Feedback) -> None:
        """Let a reader show and sound `feedback`; while the port is gone, nothing is shown or kept."""
        address = self._addresses[reader]
        if self._wire is not None:
            self._wire.send(address, feedback_commands(feedback, self._readers[address]))

    async def run(self) -> None:
        """Serve the port until cancelled, and open it again whenever it is lost."""
        assert self._listener is not None, "a bus needs a listener before it runs"
        is_reported = False
        while True:
            try:
                await self._serve(self._listener)
                log.warning("serial port %s is lost", self._port)
                is_reported = True
            except (OSError, serialx.SerialException) as error:
                if not is_reported:
                    log.warning("serial port %s cannot be opened: %s", self._port, error)
                    is_reported = True
            await asyncio.sleep(REOPEN_DELAY_S)

    async def _serve(self, listener: Listener) -> None:
        loop = asyncio.get_running_loop()
        wire = _Wire(self._readers, self._baud, listener, loop)
        transport, _ = await serialx.create_serial_connection(loop, lambda: wire, self._port, self._baud)
        log.info("serial port %s is open at %d baud", self._port, self._baud)
        self._wire = wire
        try:
            await asyncio.shield(wire.closed)
        finally:
            self._wire = None
            wire.leave()
            transport.abort()
            await wire.closed


class _Wire(asyncio.Protocol):
    """One opening of the port: pumps bytes and time into a fresh access control unit."""

    def __init__(
        self, readers: Mapping[int, SerialReader], baud: int, listener: Listener, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._readers = readers
        self._listener = listener
        self._loop = loop
        settings = [ReaderSettings(reader.address, scbk=reader.scbk) for reader in readers.values()]
        self._unit = AccessControlUnit(settings, baud=baud, random_bytes=secrets.token_bytes)
        self._transport: asyncio.WriteTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._refused: set[tuple[int, type[commands.Command]]] = set()
        self._is_left = False
        self.closed: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport), "a serial port can be written to"
        self._transport = transport
        self._handle_timer()

    def data_received(self, data: bytes) -> None:
        now = self._loop.time()
        self._unit.receive_bytes(data, now)
        self._pump(now)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        for reader in self._readers.values():
            if not self._is_left and self._unit.is_online(reader.address):
                self._listener(ReaderStatus(reader.key, "offline", False, "the serial port is lost"))
        self.closed.set_result(None)

    def leave(self) -> None:
        """We close the port ourselves: its readers are not lost."""
        self._is_left = True

    def send(self, address: int, wanted: Sequence[commands.Command]) -> None:
        """Queue commands for a reader; when it has too many already, the rest is not shown."""
        try:
            for command in wanted:
                self._unit.send(address, command)
        except QueueFullError:
            log.warning("reader %s cannot keep up with its light and text", self._readers[address].key)
        self._pump(self._loop.time())

    def _handle_timer(self) -> None:
        now = self._loop.time()
        self._unit.handle_timer(now)
        self._pump(now)

    def _pump(self, now: float) -> None:
        """Do what the protocol asks for after each call: listen to it, write for it, wake it in time."""
        while (event := self._unit.next_event()) is not None:
            self._handle_event(event, now)
        if self._transport is None or self._transport.is_closing():
            return
        data = self._unit.bytes_to_send()
        # A line that does not drain would deliver stale frames; the protocol repeats what was lost.
        if data and self._transport.get_write_buffer_size() < _UNSENT_BYTES_MAX:
            self._transport.write(data)
        if self._timer is not None:
            self._timer.cancel()
        deadline = self._unit.next_deadline()
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._handle_timer)

    def _handle_event(self, event: events.Event, now: float) -> None:
        reader = self._readers[event.address]
        match event:
            case events.CardRead():
                self._listener(CardPresented(reader.key, event.data, event.bit_count, now))
            case events.ReaderOnline():
                self._listener(ReaderStatus(reader.key, "online", event.is_secure))
            case events.ReaderOffline():
                self._listener(ReaderStatus(reader.key, "offline", False, event.reason.value))
            case events.TamperChanged():
                state = "tampered" if event.is_tampered else "restored"
                self._listener(ReaderStatus(reader.key, state, reader.scbk is not None))
            case events.SecureChannelFailed():
                log.warning("reader %s: no secure channel: %s", reader.key, event.reason.value)
            case events.PowerChanged():
                log.warning("reader %s: its power %s", reader.key, "fails" if event.is_failing else "is back")
            case events.CommandFailed():
                self._handle_refusal(reader, event)
            case _:
                log.debug("reader %s: %s is of no use here", reader.key, type(event).__name__)

    def _handle_refusal(self, reader: SerialReader, event: events.CommandFailed) -> None:
        """Say once what a reader cannot do (a reader without a buzzer refuses each beep)."""
        kind = (reader.address, type(event.command))
        if isinstance(event.error, ReaderOfflineError) or kind in self._refused:
            return
        self._refused.add(kind)
        log.warning("reader %s does not do %s: %s", reader.key, type(event.command).__name__, event.error)
