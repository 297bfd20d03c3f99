"""An emulated RS-485 line in real time, and the stations of both implementations on it.

Every byte takes its ten bit times; all stations but the sender hear it. Ours act on their own deadlines,
libosdp's are refreshed every millisecond, its best case.
"""

import heapq
import secrets
import time
from collections.abc import Callable
from typing import Any, Protocol

from firmware_protocol.osdp import events, timing
from firmware_protocol.osdp.access_control_unit import AccessControlUnit, ReaderSettings
from firmware_protocol.osdp.peripheral_device import PeripheralDevice, PeripheralSettings

CARD, CARD_BITS = b"\x12\x34\x56\x80", 26
_REFRESH_SECONDS = 0.001


class Station(Protocol):
    """Whatever is connected to the line."""

    def step(self, heard: bytes, now: float) -> bytes:
        """Take what was heard, act, and give what is to be transmitted."""

    def next_deadline(self) -> float:
        """When ``step`` must be called again at the latest."""


class Line:
    """The wire; ``cut`` takes a station off it."""

    def __init__(self, baud: int) -> None:
        self._baud = baud
        self._stations: list[Station] = []
        self._arrivals: list[tuple[float, int, Station, bytes]] = []
        self._order = 0
        self._unplugged: set[int] = set()

    def connect(self, station: Station) -> None:
        self._stations.append(station)

    def cut(self, station: Station) -> None:
        self._unplugged.add(id(station))

    def plug(self, station: Station) -> None:
        self._unplugged.discard(id(station))

    def run_until(self, condition: Callable[[], bool], limit: float) -> bool:
        """Run the line until ``condition`` holds, ``limit`` seconds at most; gives whether it does."""
        end = time.monotonic() + limit
        while not condition():
            now = time.monotonic()
            if now > end:
                return False
            next_at = min([*(each.next_deadline() for each in self._stations), *self._next_arrival()])
            if next_at > now:
                time.sleep(min(next_at - now, 0.05))
            self._step(time.monotonic())
        return True

    def _next_arrival(self) -> list[float]:
        return [self._arrivals[0][0]] if self._arrivals else []

    def _step(self, now: float) -> None:
        heard: dict[int, bytearray] = {}
        while self._arrivals and self._arrivals[0][0] <= now:
            _, _, sender, data = heapq.heappop(self._arrivals)
            for station in self._stations:
                if station is not sender and id(station) not in self._unplugged:
                    heard.setdefault(id(station), bytearray()).extend(data)
        for station in self._stations:
            sent = station.step(bytes(heard.get(id(station), b"")), now)
            if id(station) not in self._unplugged:
                self._transmit(station, sent, now)

    def _transmit(self, sender: Station, data: bytes, now: float) -> None:
        for index in range(len(data)):
            self._order += 1
            at = now + timing.transmission_time(index + 1, self._baud)
            heapq.heappush(self._arrivals, (at, self._order, sender, data[index : index + 1]))


class OurStation:
    """Our access control unit or peripheral device."""

    def __init__(self, core: AccessControlUnit | PeripheralDevice) -> None:
        self.core = core
        self.events: list[events.Event] = []

    def step(self, heard: bytes, now: float) -> bytes:
        if heard:
            self.core.receive_bytes(heard, now)
        self.core.handle_timer(now)
        while (event := self.core.next_event()) is not None:
            self.events.append(event)
        return self.core.bytes_to_send()

    def next_deadline(self) -> float:
        deadline = self.core.next_deadline()
        return float("inf") if deadline is None else deadline


class LibosdpStation:
    """A control panel or peripheral device of libosdp; its loop runs every millisecond."""

    def __init__(self, context: Any, channel: Any) -> None:
        self.context = context
        self._channel = channel
        self._refresh_at = 0.0

    def step(self, heard: bytes, now: float) -> bytes:
        self._channel.incoming += heard
        if now < self._refresh_at:
            return b""
        self.context.refresh()
        self._refresh_at = time.monotonic() + _REFRESH_SECONDS
        return bytes(self._channel.take())

    def next_deadline(self) -> float:
        return self._refresh_at


class Setup(Protocol):
    """One implementation on a line: its readers can be tapped, and it counts the cards that arrived."""

    line: Line

    @property
    def is_ready(self) -> bool:
        """True when all live readers are online and secure."""

    @property
    def cards_read(self) -> int:
        """How many cards have reached the controller."""

    def tap(self, reader: int) -> None:
        """Present a card to one of the live readers."""


class OurSetup:
    """Our unit with ``readers`` live devices of ours, and ``dead`` addresses where nobody is."""

    def __init__(self, *, baud: int, readers: int, dead: int) -> None:
        keys = [secrets.token_bytes(16) for _ in range(readers + dead)]
        settings = [ReaderSettings(address, scbk=key) for address, key in enumerate(keys)]
        self._readers = readers
        self.acu = OurStation(AccessControlUnit(settings, baud=baud, random_bytes=secrets.token_bytes))
        self.line = Line(baud)
        self.line.connect(self.acu)
        self.devices: list[OurStation] = []
        for address in range(readers):
            own = PeripheralSettings(address=address, scbk=keys[address])
            device = OurStation(PeripheralDevice(own, baud=baud, random_bytes=secrets.token_bytes))
            self.devices.append(device)
            self.line.connect(device)

    @property
    def is_ready(self) -> bool:
        core = self.acu.core
        assert isinstance(core, AccessControlUnit)
        return all(core.is_online(address) for address in range(self._readers))

    @property
    def cards_read(self) -> int:
        return sum(isinstance(event, events.CardRead) for event in self.acu.events)

    def tap(self, reader: int) -> None:
        core = self.devices[reader].core
        assert isinstance(core, PeripheralDevice)
        core.present_card(CARD, CARD_BITS, now=time.monotonic())


class LibosdpSetup:
    """libosdp's control panel with ``readers`` live devices of its own, and ``dead`` addresses."""

    def __init__(self, *, baud: int, readers: int, dead: int) -> None:
        import osdp  # type: ignore[import-untyped]
        import osdp_sys  # type: ignore[import-not-found]

        from tests.integration.osdp_libosdp_peer import MemoryChannel

        osdp_sys.set_loglevel(osdp.LogLevel.Emergency)
        keys = [secrets.token_bytes(16) for _ in range(readers + dead)]
        flags = [osdp.LibFlag.EnforceSecure]
        channel = MemoryChannel()
        infos = [osdp.PDInfo(address, channel, scbk=key, flags=flags).get() for address, key in enumerate(keys)]
        self._events: list[dict[str, Any]] = []
        self._osdp = osdp
        self.line = Line(baud)
        panel = osdp_sys.ControlPanel(infos)
        panel.set_event_callback(self._handle_event)
        self.panel = LibosdpStation(panel, channel)
        self.line.connect(self.panel)
        self._live = (1 << readers) - 1
        self.devices: list[LibosdpStation] = []
        for address in range(readers):
            own = MemoryChannel()
            info = osdp.PDInfo(address, own, scbk=keys[address], flags=flags)
            device = LibosdpStation(osdp_sys.PeripheralDevice(info.get(), capabilities=[]), own)
            self.devices.append(device)
            self.line.connect(device)

    def _handle_event(self, _reader: int, event: dict[str, Any]) -> int:
        self._events.append(event)
        return 0

    @property
    def is_ready(self) -> bool:
        return bool(self.panel.context.sc_status() & self._live == self._live)

    @property
    def cards_read(self) -> int:
        return sum(event["event"] == self._osdp.Event.CardRead for event in self._events)

    def tap(self, reader: int) -> None:
        card = {"event": self._osdp.Event.CardRead, "reader_no": 0, "direction": 0, "data": CARD}
        card |= {"format": self._osdp.CardFormat.Wiegand, "length": CARD_BITS}
        self.devices[reader].context.submit_event(card)
