"""One opening of a serial port: pumps bytes and time into an access control unit, and its bytes out again.

What the unit reports goes to `take_event`; what crosses the line can be listened to.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Literal

from firmware_protocol.osdp import events
from firmware_protocol.osdp.access_control_unit import AccessControlUnit
from gateway.serial_reads import tell_empty_from_lost

_UNSENT_BYTES_MAX: Final = 4096

Way = Literal["in", "out"]
"""Seen from us: `out` is what we send."""
LineTap = Callable[[Way, bytes], None]


class OsdpLine(asyncio.Protocol):
    """The protocol of the port's transport. `tap`, when given, hears every byte."""

    def __init__(
        self,
        unit: AccessControlUnit,
        take_event: Callable[[events.Event, float], None],
        *,
        loop: asyncio.AbstractEventLoop,
        tap: LineTap | None = None,
    ) -> None:
        self.unit = unit
        self._take_event = take_event
        self._loop = loop
        self._tap = tap
        self._transport: asyncio.WriteTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.closed: asyncio.Future[None] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport), "a serial port can be written to"
        tell_empty_from_lost(transport)
        self._transport = transport
        self._handle_timer()

    def data_received(self, data: bytes) -> None:
        now = self._loop.time()
        if self._tap is not None:
            self._tap("in", data)
        self.unit.receive_bytes(data, now)
        self.pump(now)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self.closed.set_result(None)

    async def close(self) -> None:
        """Close the port and wait until it is."""
        if self._transport is not None:
            self._transport.abort()
        await self.closed

    def pump(self, now: float) -> None:
        """Do what the protocol asks for after each call: listen to it, write for it, wake it in time."""
        while (event := self.unit.next_event()) is not None:
            self._take_event(event, now)
        if self._transport is None or self._transport.is_closing():
            return
        data = self.unit.bytes_to_send()
        # A line that does not drain would deliver stale frames; the protocol repeats what was lost.
        if data and self._transport.get_write_buffer_size() < _UNSENT_BYTES_MAX:
            if self._tap is not None:
                self._tap("out", data)
            self._transport.write(data)
        if self._timer is not None:
            self._timer.cancel()
        deadline = self.unit.next_deadline()
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._handle_timer)

    def _handle_timer(self) -> None:
        now = self._loop.time()
        self.unit.handle_timer(now)
        self.pump(now)
