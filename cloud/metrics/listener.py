"""A small HTTP server of its own for Prometheus, on the loopback: `/metrics`, `/healthz` and `/readyz`.

Apart from console and API, so that no proxy tells the world; the worker, which serves nothing else, has one too.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from cloud.database import Database
from cloud.metrics.health import find_obstacle
from cloud.settings import Address

ASKERS_MAX: Final = 4
REQUEST_BYTES_MAX: Final = 8192
REQUEST_WITHIN_S: Final = 10.0
_TEXT: Final = "text/plain; charset=utf-8"
_logger = logging.getLogger(__name__)


class MetricsListener:
    """Answers a few askers at once with what `make` gives; `content_type` names its format."""

    def __init__(self, database: Database, make: Callable[[], bytes], content_type: str) -> None:
        self._database = database
        self._make = make
        self._content_type = content_type
        self._asker_count = 0

    async def run(self, address: Address) -> None:
        """Serve until cancelled. An address that is taken is told in the log: no metrics are no reason to stop."""
        try:
            server = await asyncio.start_server(self._serve, address.host, address.port, limit=REQUEST_BYTES_MAX)
        except OSError as error:
            _logger.error("no metrics: %s cannot be listened on: %s", address, error)  # noqa: TRY400 - one line says it
            await asyncio.Event().wait()
            return
        host, port = server.sockets[0].getsockname()[:2]
        _logger.info("metrics are at http://%s/metrics", Address(host, port))
        try:
            await asyncio.Event().wait()
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._asker_count += 1
        try:
            async with asyncio.timeout(REQUEST_WITHIN_S):
                writer.write(await self._answer(reader))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # who asked has gone, or said nothing
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
        return await self._tell(rest.partition(b" ")[0].partition(b"?")[0])

    async def _tell(self, path: bytes) -> bytes:
        match path:
            case b"/metrics":
                return _response("200 OK", await asyncio.to_thread(self._make), self._content_type)
            case b"/healthz":
                return _response("200 OK", b"alive\n")
            case b"/readyz":
                obstacle = await asyncio.to_thread(find_obstacle, self._database)
                if obstacle is None:
                    return _response("200 OK", b"ready\n")
                return _response("503 Service Unavailable", obstacle.encode() + b"\n")
            case _:
                return _response("404 Not Found", b"see /metrics\n")


def _response(status: str, body: bytes, content_type: str = _TEXT) -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", "Connection: close")
    return "\r\n".join((*lines, "", "")).encode() + body
