"""An installer's bench without a wire: our unit and our devices back to back, in a time that passes when told."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings
from firmware_protocol.osdp.reader_settings import ReaderSettings

_counter = itertools.count(1)


def some_bytes(count: int) -> bytes:
    """Never the same twice, always the same in each run."""
    return next(_counter).to_bytes(4, "big") * (count // 4) + bytes(count % 4)


class BenchReader:
    """A reader on the line. `takes_bauds` are those that it moves to; `keys` are those that it was given."""

    def __init__(
        self, settings: PeripheralSettings, *, baud: int = 9600, takes_bauds: Sequence[int] = (9600, 115_200)
    ) -> None:
        self.baud = baud
        self.takes_bauds = takes_bauds
        self.keys: list[bytes] = []
        self.is_silent = False
        self._next_baud: int | None = None
        self.device = PeripheralDevice(settings, baud=baud, random_bytes=some_bytes)

    def take_events(self) -> None:
        while (event := self.device.next_event()) is not None:
            match event:
                case events.KeyChanged(key=key):
                    self.keys.append(key)
                case events.CommunicationChanged(baud=baud) if baud in self.takes_bauds:
                    self._next_baud = baud

    def bytes_to_send(self) -> bytes:
        """The reply to COMSET still goes out at the old speed."""
        data = self.device.bytes_to_send()
        if data and self._next_baud is not None:
            self.baud, self._next_baud = self._next_baud, None
            self.device.set_baud(self.baud)
        return data


@dataclass
class BenchLine:
    """Some readers on one line; `open_bench` is what the installer's work asks for.

    `disturb` is called with each command that is sent; a power cut is an exception raised there.
    """

    readers: list[BenchReader]
    now: float = 0.0
    disturb: Callable[[commands.Command], None] = lambda _: None
    opened_bauds: list[int] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def open_bench(self, baud: int, readers: Sequence[ReaderSettings]) -> AsyncIterator["MemoryBench"]:
        self.opened_bauds.append(baud)
        yield MemoryBench(self, baud, AccessControlUnit(readers, baud=baud, random_bytes=some_bytes))


class MemoryBench:
    """The open line."""

    def __init__(self, line: BenchLine, baud: int, unit: AccessControlUnit) -> None:
        self._line = line
        self._baud = baud
        self._unit = unit

    def send(self, address: int, command: commands.Command) -> None:
        self._line.disturb(command)
        self._unit.send(address, command)

    def scan(self, addresses: Iterable[int]) -> None:
        self._unit.scan(addresses)

    def leave_alone(self, address: int) -> None:
        self._unit.disable_reader(address)

    async def next_event(self, timeout_s: float) -> events.Event | None:
        line, give_up_at = self._line, self._line.now + timeout_s
        while (event := self._unit.next_event()) is None and line.now < give_up_at:
            self._exchange(give_up_at)
        return event

    def _exchange(self, give_up_at: float) -> None:
        line, unit = self._line, self._unit
        heard = [reader for reader in line.readers if reader.baud == self._baud and not reader.is_silent]
        unit.handle_timer(line.now)
        data = unit.bytes_to_send()
        for reader in heard:
            reader.device.receive_bytes(data, line.now)
            reader.device.handle_timer(line.now)
            reader.take_events()
            unit.receive_bytes(reader.bytes_to_send(), line.now)
        deadlines = [unit.next_deadline(), *(reader.device.next_deadline() for reader in heard)]
        line.now = max(line.now + 0.0005, min(each for each in (*deadlines, give_up_at) if each is not None))
