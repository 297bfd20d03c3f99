"""Our side of the bus: one half-duplex line with one or more readers, polled back to back.

After every call of ``receive_bytes``, ``handle_timer`` or ``send``: write ``bytes_to_send()``, take
``next_event()`` until it is None, and arm one timer for ``next_deadline()``.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from firmware_protocol.osdp import timing
from firmware_protocol.osdp.codes import FRAME_SIZE_MAX
from firmware_protocol.osdp.commands import Command
from firmware_protocol.osdp.errors import UnknownReaderError
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.fields import require
from firmware_protocol.osdp.frame import Frame
from firmware_protocol.osdp.frame_reader import FrameReader
from firmware_protocol.osdp.poll_schedule import PollSchedule
from firmware_protocol.osdp.reader_link import ReaderLink
from firmware_protocol.osdp.reader_settings import ReaderSettings

__all__ = ["AccessControlUnit", "ReaderSettings"]

EVENTS_MAX = 1024
"""With this many events not taken, polling pauses: an application that does not listen gets no more."""


class AccessControlUnit:
    """The access control unit of one bus.

    ``baud`` is the speed of the line, ``random_bytes`` a cryptographic source such as
    ``secrets.token_bytes``. All times are seconds of one monotonic clock.
    """

    def __init__(self, readers: Sequence[ReaderSettings], *, baud: int, random_bytes: Callable[[int], bytes]) -> None:
        addresses = {reader.address for reader in readers}
        require(len(addresses) == len(readers), "two readers with the same address on one bus")
        self._baud = baud
        self._events: deque[Event] = deque()
        self._links = {
            reader.address: ReaderLink(reader, random_bytes=random_bytes, emit=self._events.append)
            for reader in readers
        }
        self._schedule = PollSchedule()
        self._frames = FrameReader(timing.inter_character_timeout(baud))
        self._outgoing = bytearray()
        self._polled: ReaderLink | None = None
        self._reply_deadline = 0.0
        self._reply_deadline_max = 0.0
        self._quiet_until = 0.0

    def receive_bytes(self, data: bytes, now: float) -> None:
        """Take bytes that arrived on the line, at ``now``."""
        failures_before = self._frames.check_failures
        self._handle_frames(self._frames.receive_bytes(data, now), now)
        if self._polled is None:
            return
        quiet_at = now + timing.inter_character_timeout(self._baud)
        if self._frames.check_failures > failures_before:
            self._reply_deadline = quiet_at
        elif data:
            self._reply_deadline = max(self._reply_deadline, quiet_at)
        self._reply_deadline = min(self._reply_deadline, self._reply_deadline_max)

    def handle_timer(self, now: float) -> None:
        """Do what is due at ``now``: give up a reply, or transmit to the next reader."""
        self._handle_frames(self._frames.handle_timer(now), now)
        if self._polled is not None and now >= self._reply_deadline:
            silent, self._polled = self._polled, None
            self._frames.clear()
            silent.handle_silence(now)
            self._schedule.handle_silence(now)
        if self._polled is None and now >= self._quiet_until and len(self._events) < EVENTS_MAX:
            link = self._schedule.choose(self._links.values(), now)
            if link is not None:
                self._transmit(link, now)

    def next_deadline(self) -> float | None:
        """When ``handle_timer`` must be called next; None when there is nothing to do."""
        if self._polled is not None:
            return self._reply_deadline
        due_at = self._schedule.next_due_at(self._links.values())
        if due_at is None or len(self._events) >= EVENTS_MAX:
            return None
        return max(due_at, self._quiet_until)

    def bytes_to_send(self) -> bytes:
        """Take the bytes that must be written to the line now."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def next_event(self) -> Event | None:
        """Take the oldest event, or None."""
        return self._events.popleft() if self._events else None

    def send(self, address: int, command: Command) -> None:
        """Queue a command for one reader; CommandCompleted or CommandFailed tells the end of it.

        To an offline reader the command fails at once: nothing is ever carried out late. Raises
        UnknownReaderError, or QueueFullError when 16 commands are waiting.
        """
        self._link(address).send(command)

    def is_online(self, address: int) -> bool:
        """Whether the reader is online; UnknownReaderError when the bus has none with this address."""
        return self._link(address).is_online

    def _link(self, address: int) -> ReaderLink:
        link = self._links.get(address)
        if link is None:
            raise UnknownReaderError(address)
        return link

    def _handle_frames(self, frames: Iterable[tuple[Frame, bytes]], now: float) -> None:
        for frame, _ in frames:
            link = self._links.get(frame.address)
            # A two-wire adapter echoes what we send: commands are never for us.
            if not frame.is_reply or link is None or not link.handle_frame(frame, now):
                continue
            if link is self._polled:
                self._polled = None
                self._quiet_until = now + timing.idle_gap(self._baud)

    def _transmit(self, link: ReaderLink, now: float) -> None:
        data = link.next_bytes(now)
        self._outgoing += data
        sent_at = now + timing.transmission_time(len(data), self._baud)
        delay = self._schedule.reply_delay(link, self._links.values())
        self._reply_deadline = sent_at + delay
        self._reply_deadline_max = (
            sent_at + timing.REPLY_DELAY_MAX + timing.transmission_time(FRAME_SIZE_MAX, self._baud)
        )
        self._polled = link
        self._schedule.handle_transmission(link, now)
