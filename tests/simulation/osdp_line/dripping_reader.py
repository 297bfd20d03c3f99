"""A reader that is bad on the wire itself: each byte is a transmission of its own, at its own time."""

from collections import deque
from collections.abc import Callable

from firmware_protocol.osdp.peripheral_device import PeripheralDevice


class DrippingReader:
    """A station of EmulatedBus: ``device``, until ``is_dripping`` puts ``drip(reply)`` in the place of each reply, a
    byte every ``interval`` seconds. Whoever speaks meanwhile is garbled, as on a real line.
    """

    def __init__(self, device: PeripheralDevice, drip: Callable[[bytes], bytes], interval: float) -> None:
        self.is_dripping = False
        self._device = device
        self._drip = drip
        self._interval = interval
        self._waiting: deque[tuple[float, int]] = deque()
        self._outgoing = b""

    def receive_bytes(self, data: bytes, now: float) -> None:
        self._device.receive_bytes(data, now)

    def handle_timer(self, now: float) -> None:
        self._device.handle_timer(now)
        reply = self._device.bytes_to_send()
        if not self.is_dripping:
            self._outgoing = reply
            return
        if reply:
            self._waiting = deque((now + i * self._interval, byte) for i, byte in enumerate(self._drip(reply)))
        self._outgoing = b""
        if self._waiting and self._waiting[0][0] <= now:
            self._outgoing = bytes((self._waiting.popleft()[1],))

    def next_deadline(self) -> float | None:
        waiting = self._waiting[0][0] if self._waiting else None
        deadlines = [deadline for deadline in (waiting, self._device.next_deadline()) if deadline is not None]
        return min(deadlines, default=None)

    def bytes_to_send(self) -> bytes:
        sent, self._outgoing = self._outgoing, b""
        return sent
