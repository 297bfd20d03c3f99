"""The chaos proxy does what it says, so that the tests behind it prove something."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.chaos_proxy import ChaosProxy
from tests.in_loop import in_loop


@contextlib.asynccontextmanager
async def echo_behind_proxy() -> AsyncIterator[tuple[ChaosProxy, list[bytes]]]:
    """An echo server behind a proxy, and how each of the server's connections ended."""
    ends: list[bytes] = []

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
            ends.append(b"closed")
        except ConnectionError:
            ends.append(b"reset")
        writer.close()

    async with (
        await asyncio.start_server(echo, "127.0.0.1", 0) as server,
        ChaosProxy("127.0.0.1", server.sockets[0].getsockname()[1]) as proxy,
    ):
        yield proxy, ends


@contextlib.asynccontextmanager
async def connected(proxy: ChaosProxy) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def ask(ends: tuple[asyncio.StreamReader, asyncio.StreamWriter], data: bytes, within_s: float = 40.0) -> float:
    """Seconds until the echo has come back."""
    reader, writer = ends
    now_s = asyncio.get_running_loop().time
    started = now_s()
    writer.write(data)
    async with asyncio.timeout(within_s):
        assert await reader.readexactly(len(data)) == data
    return now_s() - started


@in_loop
async def test_bytes_pass_both_ways_and_a_close_too() -> None:
    async with echo_behind_proxy() as (proxy, ends), connected(proxy) as pair:
        await ask(pair, b"x" * 200_000)
        pair[1].write_eof()
        assert await pair[0].read() == b""
        assert ends == [b"closed"]
        assert proxy.accepted == 1


@in_loop
async def test_latency_is_added_in_each_direction() -> None:
    async with echo_behind_proxy() as (proxy, _), connected(proxy) as pair:
        proxy.latency_s = 0.1
        assert 0.2 <= await ask(pair, b"x") < 1.0


@in_loop
async def test_a_narrow_pipe_takes_its_time() -> None:
    async with echo_behind_proxy() as (proxy, _), connected(proxy) as pair:
        proxy.bytes_per_s = 100_000
        assert 0.3 <= await ask(pair, b"x" * 30_000) < 2.0


@in_loop
async def test_a_black_hole_swallows_nothing_for_good() -> None:
    async with echo_behind_proxy() as (proxy, _), connected(proxy) as pair:
        proxy.open_black_hole()
        pair[1].write(b"a")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await pair[0].read(1)
        proxy.heal()
        async with asyncio.timeout(30):
            assert await pair[0].read(1) == b"a"


@in_loop
async def test_a_half_open_connection_tells_the_client_nothing() -> None:
    async with echo_behind_proxy() as (proxy, ends), connected(proxy) as pair:
        await ask(pair, b"a")
        proxy.half_open_all()
        for _ in range(3):
            pair[1].write(b"b" * 1000)
            await pair[1].drain()
            await asyncio.sleep(0.05)
        assert len(ends) == 1, "the far end knows"
        assert not pair[0].at_eof(), "the near end does not"


@in_loop
async def test_a_reset_is_an_error_at_both_ends() -> None:
    async with echo_behind_proxy() as (proxy, ends), connected(proxy) as pair:
        await ask(pair, b"a")
        proxy.reset_all()
        with pytest.raises(ConnectionResetError):
            await pair[0].read(1)
        async with asyncio.timeout(30):
            while not ends:
                await asyncio.sleep(0.01)
        assert ends == [b"reset"]
        assert proxy.connections == 0
