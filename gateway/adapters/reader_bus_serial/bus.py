"""OSDP readers on a serial port: one task a bus, one timer, re-armed from the protocol's next deadline.

The protocol is `firmware_protocol.osdp`; here are only the port and the clock. A lost port (a USB adapter unplugged)
takes its readers offline and is opened again as soon as it is back.
"""

import asyncio
import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

import serialx

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.errors import FieldRangeError, QueueFullError, ReaderOfflineError
from gateway.adapters.reader_bus_serial.indication import (
    SerialReader,
    feedback_commands,
    output_command,
    reader_abilities,
)
from gateway.adapters.reader_bus_serial.line import LineTap, OsdpLine
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Feedback, ReaderAbilities
from gateway.service.ports import (
    CardPresented,
    CodePresented,
    KeysPressed,
    ReaderListener,
    ReaderState,
    ReaderStatus,
)

log = logging.getLogger(__name__)

REOPEN_DELAY_S: Final = 0.25


class SerialReaderBus:
    """The readers of one serial port. Give it a listener, then run it. `tap`, when given, hears every byte."""

    def __init__(self, port: str, *, baud: int, readers: Sequence[SerialReader], tap: LineTap | None = None) -> None:
        self.port = port
        self._baud = baud
        self._readers = {reader.address: reader for reader in readers}
        self._addresses = {reader.key: reader.address for reader in readers}
        self._tap = tap
        self._listener: ReaderListener | None = None
        self._wire: _Wire | None = None

    def set_listener(self, listener: ReaderListener) -> None:
        """Give cards, codes, keys and changes of the readers to `listener`, in the loop's thread."""
        self._listener = listener

    def show(self, reader: ReaderKey, feedback: Feedback) -> None:
        """Let a reader show and sound `feedback`; while the port is gone, nothing is shown or kept."""
        if self._wire is not None:
            self._wire.show(self._addresses[reader], feedback)

    def switch_output(self, reader: ReaderKey, output: int, on_ms: int) -> None:
        """Implements `ReaderOutputs`."""
        if self._wire is not None:
            self._wire.switch_output(self._addresses[reader], output, on_ms)

    def counters(self, reader: ReaderKey) -> Mapping[str, float | None]:
        """What was counted since the port was opened; nothing while it is gone."""
        return {} if self._wire is None else self._wire.counters(self._addresses[reader])

    async def run(self) -> None:
        """Serve the port until cancelled, and open it again whenever it is lost."""
        assert self._listener is not None, "a bus needs a listener before it runs"
        is_reported = False
        while True:
            try:
                await self._serve(self._listener)
                log.warning("serial port %s is lost", self.port)
                is_reported = True
            except (OSError, serialx.SerialException) as error:
                if not is_reported:
                    log.warning("serial port %s cannot be opened: %s", self.port, error)
                    is_reported = True
            await asyncio.sleep(REOPEN_DELAY_S)

    async def _serve(self, listener: ReaderListener) -> None:
        loop = asyncio.get_running_loop()
        wire = _Wire(self._readers, self._baud, listener, loop=loop, tap=self._tap)
        await serialx.create_serial_connection(loop, lambda: wire.line, self.port, self._baud)
        log.info("serial port %s is open at %d baud", self.port, self._baud)
        self._wire = wire
        try:
            await asyncio.shield(wire.line.closed)
            wire.tell_lost()
        finally:
            self._wire = None
            await wire.line.close()


class _Wire:
    """The bus between one opening of its port and the next: a fresh access control unit, and what it reports."""

    def __init__(
        self,
        readers: Mapping[int, SerialReader],
        baud: int,
        listener: ReaderListener,
        *,
        loop: asyncio.AbstractEventLoop,
        tap: LineTap | None,
    ) -> None:
        self._readers = readers
        self._listener = listener
        self._loop = loop
        settings = [ReaderSettings(reader.address, scbk=reader.scbk) for reader in readers.values()]
        self._unit = AccessControlUnit(settings, baud=baud, random_bytes=secrets.token_bytes)
        self._abilities: dict[int, ReaderAbilities] = {}
        self._refused: set[tuple[int, type[commands.Command]]] = set()
        self.line = OsdpLine(self._unit, self._handle_event, loop=loop, tap=tap)

    def tell_lost(self) -> None:
        """The port was lost, and its readers with it."""
        for reader in self._readers.values():
            if self._unit.is_online(reader.address):
                self._listener(ReaderStatus(reader.key, "offline", detail="the serial port is lost"))

    def counters(self, address: int) -> Mapping[str, float | None]:
        """In the words of the status."""
        report = self._unit.counters(address)
        return {
            "polls": report.transmissions,
            "retries": report.retries,
            "silences": report.silences,
            "naks": report.naks,
            "busy": report.busy_replies,
            "security_failures": report.security_failures,
            "latency_p50_ms": _milliseconds(report.latency_p50_s),
            "latency_p99_ms": _milliseconds(report.latency_p99_s),
        }

    def show(self, address: int, feedback: Feedback) -> None:
        """Queue a feedback for a reader; when it has too much to do already, the rest is not shown."""
        reader = self._readers[address]
        try:
            for command in feedback_commands(feedback, reader, self._abilities.get(address)):
                self._send(reader, command)
        except QueueFullError:
            log.warning("reader %s cannot keep up with its light and text", reader.key)
        self.line.pump(self._loop.time())

    def switch_output(self, address: int, output: int, on_ms: int) -> None:
        """Queue a switching of an output, in tenths of a second, rounded up."""
        reader = self._readers[address]
        try:
            self._send(reader, output_command(output, on_ms))
        except QueueFullError:
            log.warning("reader %s has too much to do: output %d is not switched", reader.key, output)
        self.line.pump(self._loop.time())

    def _send(self, reader: SerialReader, command: commands.Command) -> None:
        try:
            self._unit.send(reader.address, command)
        except FieldRangeError as error:
            self._note_refusal(reader, command, error)

    def _handle_event(self, event: events.Event, now: float) -> None:
        reader = self._readers[event.address]
        match event:
            case events.CardRead():
                self._listener(CardPresented(reader.key, event.data, event.bit_count, now))
            case events.FormattedCardRead():
                self._listener(CodePresented(reader.key, event.text, now))
            case events.KeypadRead():
                self._listener(KeysPressed(reader.key, event.digits, now))
            case events.ReaderOnline():
                abilities = reader_abilities(event.capabilities, reader)
                self._abilities[reader.address] = abilities
                self._listener(ReaderStatus(reader.key, "online", event.is_secure, abilities=abilities))
            case events.CommandFailed():
                if not isinstance(event.error, ReaderOfflineError):
                    self._note_refusal(reader, event.command, event.error)
            case _:
                self._handle_change(reader, event)

    def _handle_change(self, reader: SerialReader, event: events.Event) -> None:
        match event:
            case events.ReaderOffline():
                self._tell(reader, "offline", event.reason.value)
            case events.TamperChanged():
                self._tell(reader, "tampered" if event.is_tampered else "restored")
            case events.PowerChanged():
                self._tell(reader, "power_failing" if event.is_failing else "power_restored")
            case events.SecureChannelFailed():
                self._tell(reader, "security_failed", event.reason.value)
            case events.InputsChanged():
                self._listener(ReaderStatus(reader.key, "inputs", levels=event.inputs))
            case events.OutputsChanged():
                self._listener(ReaderStatus(reader.key, "outputs", levels=event.outputs))
            case _:
                log.debug("reader %s: %s is of no use here", reader.key, type(event).__name__)

    def _tell(self, reader: SerialReader, state: ReaderState, detail: str = "") -> None:
        self._listener(ReaderStatus(reader.key, state, detail=detail))

    def _note_refusal(self, reader: SerialReader, command: commands.Command, error: Exception) -> None:
        """Say once what a reader cannot do (a reader without a buzzer refuses each beep)."""
        kind = (reader.address, type(command))
        if kind not in self._refused:
            self._refused.add(kind)
            log.warning("reader %s does not do %s: %s", reader.key, type(command).__name__, error)


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
