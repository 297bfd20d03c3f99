"""A half-duplex line in simulated time: one access control unit, any number of devices.

Bytes take their time by the baud rate; everybody but the sender hears them; who transmits while
another does garbles both. ``distort`` may do to each transmission what a bad line does.
"""

import heapq
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from firmware_protocol.osdp import timing
from firmware_protocol.osdp.access_control_unit import AccessControlUnit
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.peripheral_device import PeripheralDevice

KEY = bytes(range(16))
SomeEvent = TypeVar("SomeEvent", bound=Event)
Distortion = Callable[[bytes], Iterable[tuple[float, bytes]]]
"""What arrives of a transmission: pairs of extra delay in seconds and bytes."""

_STUCK = 10_000


class Station(Protocol):
    """Whatever is connected to the line."""

    def receive_bytes(self, data: bytes, now: float) -> None: ...

    def handle_timer(self, now: float) -> None: ...

    def next_deadline(self) -> float | None: ...

    def bytes_to_send(self) -> bytes: ...


def seeded_bytes(seed: int = 1) -> Callable[[int], bytes]:
    """A reproducible stand-in for the system's generator."""
    return random.Random(seed).randbytes


def _garble(data: bytes) -> bytes:
    return bytes(byte | 0x55 for byte in data)


class EmulatedBus:
    """Runs all stations in one simulated time, ``now``, and collects their events."""

    def __init__(
        self,
        acu: AccessControlUnit,
        devices: Sequence[PeripheralDevice] = (),
        *,
        baud: int = 115200,
        distort: Distortion | None = None,
        has_echo: bool = False,
    ) -> None:
        self.acu = acu
        self.devices = list(devices)
        self.others: list[Station] = []
        self.baud = baud
        self.distort = distort
        self.has_echo = has_echo
        self.now = 0.0
        self.acu_events: list[Event] = []
        self.device_events: list[Event] = []
        self.transmissions: list[bytes] = []
        self._line: list[tuple[float, int, Station, bytes]] = []
        self._order = 0
        self._busy_until = 0.0

    @property
    def stations(self) -> list[Station]:
        return [self.acu, *self.devices, *self.others]

    def run(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self.run_until(lambda: False, seconds)

    def run_until(self, condition: Callable[[], bool], limit: float = 5.0) -> bool:
        """Let time pass until ``condition`` holds, ``limit`` seconds at most; gives whether it does."""
        end = self.now + limit
        self._step()
        steps_without_progress = 0
        while not condition():
            next_at = min([*self._deadlines(), *(entry[0] for entry in self._line[:1])], default=end)
            if next_at > end:
                self.now = end
                self._step()
                return condition()
            steps_without_progress = 0 if next_at > self.now else steps_without_progress + 1
            assert steps_without_progress < _STUCK, "somebody asks for a timer that changes nothing"
            self.now = max(self.now, next_at)
            self._step()
        return True

    def expect(self, kind: type[SomeEvent], limit: float = 5.0) -> SomeEvent:
        """Run until an event of ``kind`` arrives at either end; gives it and forgets those before."""
        found: list[SomeEvent] = []

        def has_arrived() -> bool:
            for events in (self.acu_events, self.device_events):
                for index, event in enumerate(events):
                    if isinstance(event, kind):
                        found.append(event)
                        del events[: index + 1]
                        return True
            return False

        assert self.run_until(has_arrived, limit), f"no {kind.__name__} within {limit} s"
        return found[0]

    def inject(self, data: bytes) -> None:
        """Put bytes on the line that no station sent."""
        for station in self.stations:
            station.receive_bytes(data, self.now)
        self._collect()

    def _deadlines(self) -> list[float]:
        deadlines = [station.next_deadline() for station in self.stations]
        return [deadline for deadline in deadlines if deadline is not None]

    def _step(self) -> None:
        while self._line and self._line[0][0] <= self.now:
            _, _, sender, data = heapq.heappop(self._line)
            for station in self.stations:
                if station is not sender or (self.has_echo and station is self.acu):
                    station.receive_bytes(data, self.now)
        for station in self.stations:
            station.handle_timer(self.now)
            data = station.bytes_to_send()
            if data:
                self._transmit(station, data)
        self._collect()

    def _transmit(self, sender: Station, data: bytes) -> None:
        self.transmissions.append(data)
        if self.now < self._busy_until:
            data = _garble(data)
            self._line = [
                (at, order, station, _garble(part) if at <= self._busy_until else part)
                for at, order, station, part in self._line
            ]
        self._busy_until = self.now + timing.transmission_time(len(data), self.baud)
        for delay, part in self.distort(data) if self.distort else ((0.0, data),):
            self._order += 1
            heapq.heappush(self._line, (self._busy_until + delay, self._order, sender, part))

    def _collect(self) -> None:
        while (event := self.acu.next_event()) is not None:
            self.acu_events.append(event)
        for device in self.devices:
            while (event := device.next_event()) is not None:
                self.device_events.append(event)
