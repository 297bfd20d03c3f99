"""Metrics of a running gateway over HTTP, on the loopback alone."""

import asyncio
import socket
from pathlib import Path

from gateway.adapters.metrics_http import ASKERS_MAX, MetricsServer
from tests.running_gateway import member, running_gateway


async def get(port: int, request: bytes = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


async def started(server: MetricsServer) -> "asyncio.Task[None]":
    task = asyncio.create_task(server.run())
    async with asyncio.timeout(30):
        while not server.port:
            await asyncio.sleep(0.01)
    return task


async def ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_only_a_get_of_the_one_path_is_answered() -> None:
    async def scene() -> None:
        server = MetricsServer(0, lambda: b"up 1\n", "text/plain")
        task = await started(server)
        assert (await get(server.port)).endswith(b"\r\n\r\nup 1\n")
        assert b"404" in await get(server.port, b"GET / HTTP/1.1\r\n\r\n")
        assert b"405" in await get(server.port, b"POST /metrics HTTP/1.1\r\n\r\n")
        assert b"431" in await get(server.port, b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n")
        await ended(task)

    asyncio.run(scene())


def test_those_who_say_nothing_do_not_keep_others_out_for_long() -> None:
    async def scene() -> None:
        server = MetricsServer(0, lambda: b"up 1\n", "text/plain")
        task = await started(server)
        silent = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(ASKERS_MAX)]
        await asyncio.sleep(0.05)
        assert b"503" in await get(server.port)
        for _, writer in silent:
            writer.close()
        async with asyncio.timeout(30):
            while b"200" not in await get(server.port):
                await asyncio.sleep(0.02)
        await ended(task)

    asyncio.run(scene())


def test_a_port_that_is_taken_stops_nothing() -> None:
    async def scene() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            task = asyncio.create_task(MetricsServer(taken.getsockname()[1], lambda: b"", "text/plain").run())
            await asyncio.sleep(0.05)
            assert not task.done()
            await ended(task)

    asyncio.run(scene())


def test_a_running_gateway_is_scraped_where_its_configuration_says_so(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    async def scene() -> bytes:
        more = f"\n[metrics]\nport = {port}\n"
        async with running_gateway(tmp_path, member(100), more_config=more) as gateway:
            await gateway.tap(100)
            return await get(port)

    text = asyncio.run(scene()).decode()
    assert 'tornello_taps_total{outcome="block",reader="entry"} 1.0' in text
    assert 'tornello_reader_online{reader="entry"} 1.0' in text
