"""A TCP proxy on the loopback that does what networks do: delays, narrow pipes, black holes, half-open ends, resets.

It stands between a client and a broker; a test turns its knobs while connections run through it.
"""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from typing import Final, Self

CHUNK_BYTES: Final = 16 * 1024
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends RST instead of FIN."""


@dataclass(eq=False)
class _Passing:
    """One connection: the client's end and the broker's end."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    pumps: list[asyncio.Task[None]] = field(default_factory=list)
    is_half_open: bool = False

    def reset(self) -> None:
        """Both ends get a RST."""
        for end in (self.near, self.far):
            with contextlib.suppress(OSError):
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.transport.abort()


class ChaosProxy:
    """`latency_s` is added to each chunk of bytes on its way, `bytes_per_s` bounds each direction (None: no bound).

    `accepted` counts the connections so far.
    """

    def __init__(self, host: str, port: int) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.latency_s = 0.0
        self.bytes_per_s: int | None = None
        self.accepted = 0
        self._target = (host, port)
        self._flow = asyncio.Event()
        self._flow.set()
        self._passing: set[_Passing] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_failure: object) -> None:
        assert self._server is not None
        self._server.close()
        pumps = [pump for passing in self._passing for pump in passing.pumps]
        self.reset_all()
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._passing)

    def open_black_hole(self) -> None:
        """From now on nothing gets through, in no direction and on no connection; nobody is told."""
        self._flow.clear()

    def heal(self) -> None:
        """What the black hole held goes on its way."""
        self._flow.set()

    def half_open_all(self) -> None:
        """The broker's ends are cut; the clients' ends stay open, and whatever comes from them is swallowed."""
        for passing in self._passing:
            passing.is_half_open = True
            passing.far.transport.abort()

    def reset_all(self) -> None:
        """RST to both ends of every connection."""
        for passing in tuple(self._passing):
            passing.reset()

    async def _serve(self, near_reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        self.accepted += 1
        try:
            far_reader, far = await asyncio.open_connection(*self._target)
        except OSError:
            near.transport.abort()
            return
        passing = _Passing(near, far)
        passing.pumps = [
            asyncio.ensure_future(self._pump(near_reader, far, passing)),
            asyncio.ensure_future(self._pump(far_reader, near, passing)),
        ]
        self._passing.add(passing)
        try:
            await asyncio.wait(passing.pumps, return_when=asyncio.ALL_COMPLETED)
        finally:
            self._passing.discard(passing)
            near.transport.abort()
            far.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passing: _Passing) -> None:
        """Carry bytes until one end is closed; then close the other, unless the connection is half-open."""
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                if self.latency_s:
                    await asyncio.sleep(self.latency_s)
                if self.bytes_per_s is not None:
                    await asyncio.sleep(len(chunk) / self.bytes_per_s)
                await self._flow.wait()
                if not passing.is_half_open:
                    writer.write(chunk)
                    await writer.drain()
        if not passing.is_half_open:
            await self._flow.wait()
            with contextlib.suppress(OSError):
                writer.close()
