"""A reader link answered frame by frame, by a device of ours or by whatever a test invents."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from firmware_protocol.osdp.codes import ReplyCode
from firmware_protocol.osdp.device_functions import DeviceFunctions
from firmware_protocol.osdp.device_link import DeviceLink
from firmware_protocol.osdp.device_settings import PeripheralSettings
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.frame import Frame, SecurityBlock, parse_frame
from firmware_protocol.osdp.link_states import LinkState
from firmware_protocol.osdp.reader_link import ReaderLink
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.replies import Reply
from tests.unit.firmware_protocol.osdp.emulated_bus import KEY, seeded_bytes

ADDRESS = 7
PLAIN = ReaderSettings(ADDRESS)
KEYED = ReaderSettings(ADDRESS, scbk=KEY)


@dataclass
class Bench:
    """A link, answered frame by frame by a device of ours or by whatever a test invents."""

    settings: ReaderSettings = PLAIN
    device_settings: PeripheralSettings | None = None
    events: list[Event] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.link = ReaderLink(self.settings, random_bytes=seeded_bytes(1), emit=self.events.append)
        own = self.device_settings or PeripheralSettings(ADDRESS, scbk=self.settings.scbk)
        self.functions = DeviceFunctions(own, print_nothing)
        self.device = DeviceLink(own, self.functions, random_bytes=seeded_bytes(2), emit=print_nothing)

    def ask(self) -> Frame:
        self.now += 1.0
        return parse_frame(self.link.next_bytes(self.now)[1:])

    def answer(self, command: Frame) -> Frame:
        return parse_frame(self.device.answer(command, command.encode(), self.now)[1:])

    def exchange(self, change: Callable[[Frame], Frame] = lambda frame: frame) -> bool:
        """One exchange with the device, its reply changed on the way."""
        return self.link.handle_frame(change(self.answer(self.ask())), self.now)

    def reply(self, reply: Reply, security: SecurityBlock | None = None) -> bool:
        """Answer whatever is asked with ``reply`` in clear."""
        asked = self.ask()
        frame = Frame(ADDRESS, True, asked.sequence, reply.CODE, reply.encode(), security)
        return self.link.handle_frame(frame, self.now)

    def go_to(self, state: LinkState) -> None:
        for _ in range(20):
            if self.link.state is state:
                return
            assert self.exchange()
        pytest.fail(f"{state} was not reached")

    def drain(self) -> list[Event]:
        drained = list(self.events)
        self.events.clear()
        return drained


def print_nothing(_event: Event) -> None:
    """The device's own events are not these tests' business."""


def online(settings: ReaderSettings = KEYED, device_settings: PeripheralSettings | None = None) -> Bench:
    bench = Bench(settings, device_settings)
    bench.go_to(LinkState.ONLINE)
    bench.drain()
    return bench


def nak(code: int) -> Callable[[Frame], Frame]:
    """Replaces a reply by a NAK in clear."""
    return lambda frame: Frame(ADDRESS, True, frame.sequence, ReplyCode.NAK, bytes((code,)))
