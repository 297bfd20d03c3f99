"""Our side of the bus: one half-duplex line with one or more readers, polled back to back.

After every call of ``receive_bytes``, ``handle_timer`` or ``send``: write ``bytes_to_send()``, take
``next_event()`` until it is None, and arm one timer for ``next_deadline()``.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from firmware_protocol.osdp import timing
from firmware_protocol.osdp.address_scan import REPLY_DELAY, AddressScan
from firmware_protocol.osdp.codes import BROADCAST_ADDRESS
from firmware_protocol.osdp.commands import Command, ComSet
from firmware_protocol.osdp.errors import UnknownReaderError
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.fields import require
from firmware_protocol.osdp.frame import Frame
from firmware_protocol.osdp.frame_reader import FrameReader
from firmware_protocol.osdp.line_noise import LineNoise
from firmware_protocol.osdp.poll_schedule import PollSchedule
from firmware_protocol.osdp.reader_counters import CounterReport
from firmware_protocol.osdp.reader_link import ReaderLink
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.reply_window import ReplyWindow
from firmware_protocol.osdp.smart_card_messages import FragmentCommand

__all__ = ["AccessControlUnit", "ReaderSettings"]

EVENTS_MAX = 1024
"""With this many events not taken, polling pauses: an application that does not listen gets no more."""


class AccessControlUnit:
    """The access control unit of one bus.

    ``baud`` is the speed of the line, ``random_bytes`` a cryptographic source such as
    ``secrets.token_bytes``. All times are seconds of one monotonic clock.
    """

    def __init__(self, readers: Sequence[ReaderSettings], *, baud: int, random_bytes: Callable[[int], bytes]) -> None:
        self._baud = baud
        self._random_bytes = random_bytes
        self._events: deque[Event] = deque()
        self._links: dict[int, ReaderLink] = {}
        for reader in readers:
            self.add_reader(reader)
        self._schedule = PollSchedule()
        self._frames = FrameReader(timing.inter_character_timeout(baud))
        self._outgoing = bytearray()
        self._scan: AddressScan | None = None
        self._is_scan_turn = False
        self._asked: ReaderLink | AddressScan | None = None
        self._window = ReplyWindow(0.0, 0.0, baud=baud, is_probe=False)
        self._noise = LineNoise()
        self._skipped_before = 0
        self._frame_at = float("-inf")
        self._taken_until = float("-inf")

    # The line

    def receive_bytes(self, data: bytes, now: float) -> None:
        """Take bytes that arrived on the line, at ``now``."""
        self._handle_frames(self._frames.receive_bytes(data, now), now)
        if self._asked is not None and data:
            pending = self._frames.pending_from(self._asked.address)
            strays = self._frames.bytes_skipped - self._skipped_before
            self._window.handle_bytes(now, pending=pending, strays=strays)

    def handle_timer(self, now: float) -> None:
        """Do what is due at ``now``: give up a reply, or transmit to the next reader."""
        self._handle_frames(self._frames.handle_timer(now), now)
        if self._asked is not None and now >= self._window.deadline:
            self._handle_frames(self._frames.give_up(), now)
        if self._asked is not None and now >= self._window.deadline:
            self._handle_silence(self._asked, now)
        free_at = self._free_at()
        if self._asked is None and now >= free_at and len(self._events) < EVENTS_MAX:
            self._schedule.handle_noise(self._links.values(), self._noise.seconds_held(free_at), now)
            self._handle_frames(self._frames.give_up(), now)
            self._transmit_next(now)

    def next_deadline(self) -> float | None:
        """When ``handle_timer`` must be called next; None when there is nothing to do."""
        if self._asked is not None:
            return self._window.deadline
        if len(self._events) >= EVENTS_MAX:
            return None
        due_at = 0.0 if self._scan is not None else self._schedule.next_due_at(self._links.values())
        return None if due_at is None else max(due_at, self._free_at())

    def bytes_to_send(self) -> bytes:
        """Take the bytes that must be written to the line now."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def next_event(self) -> Event | None:
        """Take the oldest event, or None."""
        return self._events.popleft() if self._events else None

    def set_baud(self, baud: int) -> None:
        """Reckon with another speed of the line, after the readers took it (ComSet)."""
        self._baud = baud
        self._frames = FrameReader(timing.inter_character_timeout(baud))

    # The readers

    def send(self, address: int, command: Command) -> None:
        """Queue a command for one reader; CommandCompleted or CommandFailed tells the end of it.

        To an offline reader the command fails at once: nothing is ever carried out late. Raises
        UnknownReaderError; QueueFullError when 16 commands are waiting; FieldRangeError when the
        reader says that it cannot do this; CommandNotAllowedError for what the link alone sends, and
        for a key outside the secure channel.
        """
        link = self._link(address)
        if isinstance(command, ComSet):
            is_free = command.address == address or command.address not in self._links
            require(is_free, f"two readers with address {command.address} on one bus")
        link.online.send(command)

    def send_message(self, address: int, kind: type[FragmentCommand], data: bytes) -> None:
        """Queue a command of any size (GENAUTH, CRAUTH) in as many parts as the reader needs."""
        self._link(address).online.send_message(kind, data)

    def send_file(self, address: int, file_type: int, data: bytes) -> None:
        """Begin a file transfer; FileSent or FileFailed tells the end of it. Cards are still read meanwhile,
        unless the reader forbids it. CommandNotAllowedError while another file is on its way.
        """
        self._link(address).online.send_file(file_type, data)

    def is_online(self, address: int) -> bool:
        """Whether the reader is online; UnknownReaderError when the bus has none with this address."""
        return self._link(address).is_online

    def counters(self, address: int) -> CounterReport:
        """What happened on the line with this reader so far."""
        return self._link(address).counters.report()

    def add_reader(self, reader: ReaderSettings) -> None:
        """Take up one more reader; FieldRangeError when its address is taken."""
        require(reader.address not in self._links, f"two readers with address {reader.address} on one bus")
        self._links[reader.address] = ReaderLink(reader, random_bytes=self._random_bytes, emit=self._events.append)

    def remove_reader(self, address: int) -> None:
        """Forget a reader; it goes offline first, with its events."""
        self.disable_reader(address)
        del self._links[address]

    def disable_reader(self, address: int) -> None:
        """Leave a reader alone until it is enabled again."""
        link = self._link(address)
        link.disable()
        if self._asked is link:
            # Its reply may be on its way: nobody else speaks before that time is over.
            self._asked = None
            self._taken_until = self._window.deadline

    def enable_reader(self, address: int) -> None:
        """Take a disabled reader up again."""
        self._link(address).enable()

    def scan(self, addresses: Iterable[int] = range(BROADCAST_ADDRESS)) -> None:
        """Look for devices at addresses that are not in service: ReaderFound for each, then ScanFinished."""
        unused = [address for address in addresses if address not in self._links]
        self._scan = AddressScan(unused, self._events.append)

    def _link(self, address: int) -> ReaderLink:
        link = self._links.get(address)
        if link is None:
            raise UnknownReaderError(address)
        return link

    # One exchange

    def _transmit_next(self, now: float) -> None:
        link = None if self._is_scan_turn else self._schedule.choose(self._links.values(), now)
        self._is_scan_turn = self._scan is not None and not self._is_scan_turn
        if link is not None:
            data = link.next_bytes(now)
            link.sent_at = now + timing.transmission_time(len(data), self._baud)
            self._transmit(link, data, self._schedule.begin(link, self._links.values(), now), now)
        elif self._scan is not None:
            self._transmit(self._scan, self._scan.next_bytes(), REPLY_DELAY, now)

    def _transmit(self, asked: ReaderLink | AddressScan, data: bytes, delay: float, now: float) -> None:
        self._outgoing += data
        self._asked = asked
        self._skipped_before = self._frames.bytes_skipped
        self._noise.begin(now, self._frames.last_byte_at, self._baud)
        sent_at = now + timing.transmission_time(len(data), self._baud)
        is_probe = not isinstance(asked, ReaderLink) or asked.is_probed
        self._window = ReplyWindow(sent_at, delay, baud=self._baud, is_probe=is_probe)

    def _free_at(self) -> float:
        is_pending = self._frames.next_deadline() is not None
        free_at = self._noise.free_at(self._frames.last_byte_at, self._baud, is_frame_pending=is_pending)
        return max(free_at, self._taken_until)

    def _handle_silence(self, asked: ReaderLink | AddressScan, now: float) -> None:
        self._asked = None
        # Neither an echo nor the late answer of another reader is noise.
        self._noise.end(is_noisy=self._frames.last_byte_at > max(self._window.sent_at, self._frame_at))
        if isinstance(asked, ReaderLink):
            asked.handle_silence(now)
            self._schedule.handle_silence(now)
        else:
            asked.handle_silence()
            self._end_scan()

    def _handle_frames(self, frames: Iterable[tuple[Frame, bytes]], now: float) -> None:
        for frame, raw in frames:
            self._frame_at = now
            wire_time = timing.transmission_time(len(raw), self._baud)
            # A two-wire adapter echoes what we send: commands are never for us.
            if frame.is_reply and self._handle_frame(frame, now, wire_time):
                self._asked = None
                self._noise.end(is_noisy=False)

    def _handle_frame(self, frame: Frame, now: float, wire_time: float) -> bool:
        """True when the frame is what the line was waiting for."""
        asked = self._asked
        if isinstance(asked, AddressScan) and frame.address == asked.address:
            asked.handle_frame(frame)
            self._end_scan()
            return True
        link = self._links.get(frame.address)
        if link is None or not link.handle_frame(frame, now, wire_time=wire_time):
            return False
        if link.address != frame.address:
            # Two moves to one address may have been under way: who was there first stays.
            self._links.setdefault(link.address, self._links.pop(frame.address))
        return link is asked

    def _end_scan(self) -> None:
        if self._scan is not None and self._scan.is_finished:
            self._scan = None
            self._is_scan_turn = False
