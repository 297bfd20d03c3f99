"""A turnstile without metal: the lane's relays and inputs as JSON lines on a Unix socket.

The turnstile listens, the gateway connects and connects again:
    gateway -> turnstile   {"relay": "in"|"out", "closed": true|false}
    turnstile -> gateway   {"input": NAME, "active": true|false}, with the names of `LaneSignal`: "pass_in", ...
While there is no connection the lane counts as not ready.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.domain.access_point import Direction
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.service.ports import Timers
from gateway.service.relay_pulses import DIRECTIONS, RelayPulses

log = logging.getLogger(__name__)

RECONNECT_DELAY_S: Final = 0.25
LINE_SIZE_MAX: Final = 1024
UNSENT_BYTES_MAX: Final = 16 * 1024


def parse_input_line(line: bytes) -> LaneInput:
    """The input word of a line; ValueError when it is none."""
    match json.loads(line):
        case {"input": str(signal), "active": bool(is_active)}:
            return LaneInput(LaneSignal(signal), is_active)
    raise ValueError("no input word")


class VirtualLane:
    """One lane at the other end of a socket. Give it a listener, then run it."""

    def __init__(self, lane_id: str, socket: Path, *, timers: Timers) -> None:
        self._lane_id = lane_id
        self._socket = socket
        self._relays = RelayPulses(self._drive, timers)
        self._writer: asyncio.StreamWriter | None = None
        self._listener: Callable[[LaneInput], None] | None = None

    @property
    def lane_id(self) -> str:
        """The lane's id at the site."""
        return self._lane_id

    def set_listener(self, listener: Callable[[LaneInput], None]) -> None:
        """Give every change of an input to `listener`, in the loop's thread."""
        self._listener = listener

    def unlock(self, direction: Direction, duration_ms: int) -> None:
        """Close the relay of this direction now and open it again after `duration_ms`."""
        self._relays.close_for(direction, duration_ms)

    def lock(self) -> None:
        """Open both relays now."""
        self._relays.open_all()

    async def run(self) -> None:
        """Keep the connection until cancelled; then open both relays."""
        is_reported = False
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._socket, limit=LINE_SIZE_MAX)
            except OSError as error:
                if not is_reported:
                    log.warning("lane %s: no turnstile at %s: %s", self._lane_id, self._socket, error)
            else:
                log.info("lane %s: connected to %s", self._lane_id, self._socket)
                await self._serve(reader, writer)
                log.warning("lane %s: the turnstile at %s is gone", self._lane_id, self._socket)
            is_reported = True
            self._tell(LaneSignal.READY, is_active=False)
            await asyncio.sleep(RECONNECT_DELAY_S)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        for direction in DIRECTIONS:
            self._drive(direction, self._relays.is_closed(direction))
        self._tell(LaneSignal.READY, is_active=True)
        try:
            while line := await reader.readline():
                seen = parse_input_line(line)
                self._tell(seen.signal, is_active=seen.is_active)
        except ConnectionError:
            return
        except ValueError as error:
            log.warning("lane %s: the turnstile speaks another protocol: %s", self._lane_id, error)
        finally:
            self.lock()
            self._writer = None
            writer.close()

    def _drive(self, direction: Direction, is_closed: bool) -> None:  # noqa: FBT001 - the shape RelayPulses asks for
        writer = self._writer
        if writer is None:
            return
        if writer.transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
            writer.transport.abort()
            return
        writer.write(json.dumps({"relay": direction, "closed": is_closed}).encode() + b"\n")

    def _tell(self, signal: LaneSignal, *, is_active: bool) -> None:
        assert self._listener is not None, "a lane needs a listener before it runs"
        self._listener(LaneInput(signal, is_active))
