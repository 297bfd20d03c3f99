"""Prometheus scrapes over HTTP on the loopback, and nothing else: one address, one path, a few askers at once.

Prometheus' own server would be a thread with the whole of `http.server`; this is a dozen lines on the loop.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"
ASKERS_MAX: Final = 4
REQUEST_SIZE_MAX: Final = 8192
REQUEST_WAIT_S: Final = 5.0


class MetricsServer:
    """Answers `GET /metrics` on the loopback with what `make` gives; `content_type` names its format."""

    def __init__(self, port: int, make: Callable[[], bytes], content_type: str) -> None:
        self._port = port
        self._make = make
        self._content_type = content_type
        self._asker_count = 0
        self.port = port
        """The port in use, once it is."""

    async def run(self) -> None:
        """Serve until cancelled. A port that is taken is named in the log: no metrics are no reason to stop a gate."""
        try:
            server = await asyncio.start_server(self._serve, LOOPBACK, self._port, limit=REQUEST_SIZE_MAX)
        except OSError as error:
            log.error("no metrics: port %d cannot be used: %s", self._port, error)  # noqa: TRY400 - one line says it
            await asyncio.Event().wait()
            return
        self.port = server.sockets[0].getsockname()[1]
        log.info("metrics are at http://%s:%d/metrics", LOOPBACK, self.port)
        try:
            # Not serve_forever: from Python 3.12 on its end waits for whoever is connected.
            await asyncio.Event().wait()
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._asker_count += 1
        try:
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError):
                async with asyncio.timeout(REQUEST_WAIT_S):
                    writer.write(await self._answer(reader))
                    await writer.drain()
        finally:
            self._asker_count -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            return _response("431 Request Header Fields Too Large", b"too long\n")
        if self._asker_count > ASKERS_MAX:
            return _response("503 Service Unavailable", b"too many at once\n")
        method, _, rest = head.partition(b" ")
        if method != b"GET":
            return _response("405 Method Not Allowed", b"GET only\n")
        if rest.partition(b" ")[0].partition(b"?")[0] != b"/metrics":
            return _response("404 Not Found", b"see /metrics\n")
        return _response("200 OK", self._make(), self._content_type)


def _response(status: str, body: bytes, content_type: str = "text/plain; charset=utf-8") -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
