"""The gateway's local status socket: JSON lines for `tornello-gateway status` and `watch`, for this machine only.

Whoever connects gets the state at once and each record from then on. A listener that does not keep up is let go;
the gateway never waits for one.
"""

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

LISTENERS_MAX: Final = 16
UNSENT_BYTES_MAX: Final = 256 * 1024

Record = Mapping[str, object]


class LocalStatus:
    """Serves the socket at `path` to whom its `mode` lets; `greeting` makes the first record of each listener."""

    def __init__(self, path: Path, *, greeting: Callable[[], Record], mode: int = 0o660) -> None:
        self._path = path
        self._greeting = greeting
        self._mode = mode
        self._listeners: set[asyncio.StreamWriter] = set()

    @property
    def has_listeners(self) -> bool:
        """Whether anybody would hear a record now."""
        return bool(self._listeners)

    def publish(self, record: Record) -> None:
        """Offer one record to all who listen."""
        if not self._listeners:
            return
        line = _encode(record)
        for writer in tuple(self._listeners):
            self._send(writer, line)

    async def run(self) -> None:
        """Serve until cancelled, then remove the socket.

        Raises:
            OSError: the socket cannot be made.
        """
        # A socket file left by a process that was killed would be in the way; the state folder is ours alone.
        self._path.unlink(missing_ok=True)
        with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as unbound:
            unbound.bind(str(self._path))
            # Before it listens: nobody slips in.
            self._path.chmod(self._mode)
            server = await asyncio.start_unix_server(self._serve, sock=unbound.dup(), limit=1024)
        try:
            # Not serve_forever: from Python 3.12 on its end waits for whoever listens.
            await asyncio.Event().wait()
        finally:
            server.close()
            for writer in tuple(self._listeners):
                writer.transport.abort()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._listeners) >= LISTENERS_MAX:
            log.warning("status socket: more than %d listeners, one was sent away", LISTENERS_MAX)
            writer.transport.abort()
            return
        self._listeners.add(writer)
        try:
            self._send(writer, _encode(self._greeting()))
            # A listener has nothing to say: what it sends is read away, its end is noticed. asyncio reports a
            # connection's task that ends as cancelled as a failure, so this one just ends.
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                while await reader.read(1024):
                    pass
        finally:
            self._listeners.discard(writer)
            writer.transport.abort()

    def _send(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        if writer.transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
            self._listeners.discard(writer)
            writer.transport.abort()
            return
        writer.write(line)


def _encode(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"
