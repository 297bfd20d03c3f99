"""The turnstile's end of the virtual lane protocol: relay words in, input words out, JSON lines on a Unix socket.

    gateway -> turnstile   {"relay": "in"|"out", "closed": true|false}
    turnstile -> gateway   {"input": "pass_in"|"pass_out"|"ready"|"alarm"|"fire"|"exit_request", "active": true|false}

One gateway at a time: a new connection replaces the one before. When it is gone, its relays fall open, as coils do.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from provisioning.virtual_turnstile.arm import DIRECTIONS, Direction
from provisioning.virtual_turnstile.unix_socket import listen_at

LINE_SIZE_MAX = 1024
UNSENT_BYTES_MAX = 16 * 1024

log = logging.getLogger(__name__)


def parse_relay_line(line: bytes) -> tuple[Direction, bool]:
    """The relay and whether it is closed; ValueError when the line is no relay word."""
    word = json.loads(line)
    if not isinstance(word, dict) or word.get("relay") not in DIRECTIONS or not isinstance(word.get("closed"), bool):
        raise ValueError("no relay word")
    return word["relay"], word["closed"]


class LaneSocket:
    """Serves one gateway. `on_relay(direction, is_closed)` and `on_link(is_connected)` are called in the loop."""

    def __init__(
        self,
        path: Path,
        *,
        inputs: Mapping[str, bool],
        on_relay: Callable[[Direction, bool], None],
        on_link: Callable[[bool], None],
    ) -> None:
        self._path = path
        self._inputs = dict(inputs)
        self._on_relay, self._on_link = on_relay, on_link
        self._server: asyncio.Server | None = None
        self._gateway: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Begin to listen; PathTakenError when the path is in use."""
        self._server = await listen_at(self._path, self._serve, line_size_max=LINE_SIZE_MAX)

    async def close(self) -> None:
        """Stop listening, let the gateway go, remove the socket."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)
        if self._gateway is not None:
            self._gateway.transport.abort()

    def set_input(self, name: str, *, is_active: bool) -> None:
        """Tell the gateway that an input changed; whoever connects later is told how it stands."""
        self._inputs[name] = is_active
        if self._gateway is not None:
            self._send_input(self._gateway, name)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._gateway is not None:
            self._gateway.transport.abort()
        self._gateway = writer
        self._on_link(True)
        for name in self._inputs:
            self._send_input(writer, name)
        try:
            await self._read_relay_words(reader, writer)
        finally:
            writer.transport.abort()
            if self._gateway is writer:
                self._gateway = None
                for direction in DIRECTIONS:
                    self._on_relay(direction, False)
                self._on_link(False)

    async def _read_relay_words(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._gateway is writer:
            try:
                line = await reader.readline()
                if not line:
                    return
                direction, is_closed = parse_relay_line(line)
            except (ConnectionError, asyncio.CancelledError):
                return
            except ValueError as error:
                log.warning("%s: a gateway that speaks another protocol was let go: %s", self._path, error)
                return
            if self._gateway is writer:
                self._on_relay(direction, is_closed)

    def _send_input(self, writer: asyncio.StreamWriter, name: str) -> None:
        if writer.transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
            log.warning("%s: a gateway that does not read its inputs was let go", self._path)
            writer.transport.abort()
            return
        writer.write(json.dumps({"input": name, "active": self._inputs[name]}).encode() + b"\n")
