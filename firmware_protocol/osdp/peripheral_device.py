"""The reader's side of the bus: answers one command with one reply, and reports when polled.

After every call of ``receive_bytes``, ``handle_timer`` or an action such as ``present_card``: write
``bytes_to_send()``, take ``next_event()`` until it is None, and arm one timer for ``next_deadline()``.
"""

from collections import deque
from collections.abc import Callable

from firmware_protocol.osdp import timing
from firmware_protocol.osdp.device_functions import DeviceFunctions
from firmware_protocol.osdp.device_link import DeviceLink
from firmware_protocol.osdp.device_settings import PeripheralSettings
from firmware_protocol.osdp.events import Event
from firmware_protocol.osdp.frame import Frame
from firmware_protocol.osdp.frame_reader import FrameReader
from firmware_protocol.osdp.replies import CardFormat, Keypad, RawCard, Reply
from firmware_protocol.osdp.smart_card_messages import FragmentReply

__all__ = ["PeripheralDevice", "PeripheralSettings"]


class PeripheralDevice:
    """One peripheral device on a line of ``baud``; ``random_bytes`` must be a cryptographic source.

    All times are seconds of one monotonic clock.
    """

    def __init__(self, settings: PeripheralSettings, *, baud: int, random_bytes: Callable[[int], bytes]) -> None:
        self._baud = baud
        self._events: deque[Event] = deque(maxlen=1024)
        self._frames = FrameReader(timing.inter_character_timeout(baud))
        self._functions = DeviceFunctions(settings, self._events.append)
        self._link = DeviceLink(settings, self._functions, random_bytes=random_bytes, emit=self._events.append)
        self._outgoing = bytearray()
        self._reply = b""
        self._reply_at = 0.0
        self._heard_at: float | None = None

    @property
    def is_online(self) -> bool:
        """True while an access control unit talks to this device."""
        return self._link.is_linked

    @property
    def is_secure(self) -> bool:
        """True inside a secure channel."""
        return self._link.is_secure

    def receive_bytes(self, data: bytes, now: float) -> None:
        """Take bytes that arrived on the line, at ``now``."""
        for frame, raw in self._frames.receive_bytes(data, now):
            self._handle_frame(frame, raw, now)

    def handle_timer(self, now: float) -> None:
        """Do what is due at ``now``: transmit the reply, or give up the access control unit."""
        for frame, raw in self._frames.handle_timer(now):
            self._handle_frame(frame, raw, now)
        if self._reply and now >= self._reply_at:
            self._outgoing += self._reply
            self._reply = b""
        self._functions.handle_timer(now)
        if self._heard_at is not None and now >= self._heard_at + timing.ONLINE_TIMEOUT:
            self._heard_at = None
            self._link.abandon()

    def next_deadline(self) -> float | None:
        """When ``handle_timer`` must be called next; None when there is nothing to do."""
        deadlines = (
            self._reply_at if self._reply else None,
            self._frames.next_deadline(),
            self._functions.next_deadline(),
            None if self._heard_at is None else self._heard_at + timing.ONLINE_TIMEOUT,
        )
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def bytes_to_send(self) -> bytes:
        """Take the bytes that must be written to the line now."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def next_event(self) -> Event | None:
        """Take the oldest event, or None."""
        return self._events.popleft() if self._events else None

    def present_card(
        self, data: bytes, bit_count: int, *, now: float, card_format: CardFormat = CardFormat.UNSPECIFIED
    ) -> None:
        """Report a card at the next poll; forgotten when nobody polls within five seconds of ``now``."""
        self._functions.report(RawCard(0, card_format, bit_count, data), expires_at=now + 5.0)

    def press_keys(self, digits: str, *, now: float) -> None:
        """Report keys (0..9, ``*``, ``#``); forgotten when nobody polls within five seconds of ``now``."""
        self._functions.report(Keypad(0, digits), expires_at=now + 5.0)

    def report(self, reply: Reply) -> None:
        """Answer the next poll with any reply; FieldRangeError for one that does not fit a frame."""
        self._functions.report(reply)

    def report_message(self, kind: type[FragmentReply], data: bytes) -> None:
        """Answer the next polls with ``data`` in parts (PIVDATAR, GENAUTHR, CRAUTHR); FieldRangeError
        when it would take more than 64.
        """
        self._functions.report_message(kind, data, is_secure=self.is_secure)

    def set_baud(self, baud: int) -> None:
        """Reckon with another speed of the line, after CommunicationChanged."""
        self._baud = baud
        self._frames = FrameReader(timing.inter_character_timeout(baud))

    def set_input(self, index: int, is_active: bool) -> None:  # noqa: FBT001
        """Change one input and report all of them, as they are when the next poll comes."""
        self._functions.set_input(index, is_active)

    def set_tamper(self, is_tampered: bool) -> None:  # noqa: FBT001
        """Open or close the enclosure, and report it."""
        self._functions.set_local_status(is_tampered=is_tampered)

    def set_power_failing(self, is_failing: bool) -> None:  # noqa: FBT001
        """Let the supply fail or recover, and report it."""
        self._functions.set_local_status(is_power_failing=is_failing)

    def _handle_frame(self, frame: Frame, raw: bytes, now: float) -> None:
        if frame.is_reply or not self._link.is_addressed_by(frame, raw):
            return
        reply = self._link.answer(frame, raw, now)
        self._heard_at = now if self._link.is_linked else None
        self._reply = reply
        self._reply_at = now + timing.idle_gap(self._baud)
