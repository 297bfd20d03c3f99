"""What serialx does to a port, and what the gateway's adapters correct."""

import asyncio
import os
import tty
from collections.abc import Callable

import pytest
import serialx

from gateway.serial_reads import tell_empty_from_lost
from tests.in_loop import in_loop


class Opened(asyncio.Protocol):
    def __init__(self, correct: Callable[[asyncio.BaseTransport], None]) -> None:
        self.correct = correct
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.correct(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set_result(exc)


async def read_when_empty(correct: Callable[[asyncio.BaseTransport], None]) -> bytes:
    """What a read gives on a port that is open and silent."""
    master, slave = os.openpty()
    tty.setraw(slave)
    opened = Opened(correct)
    transport, _ = await serialx.create_serial_connection(
        asyncio.get_running_loop(), lambda: opened, os.ttyname(slave), 115_200
    )
    try:
        return os.read(transport.get_extra_info("serial").fileno(), 16)
    finally:
        transport.abort()
        await opened.closed
        os.close(master)
        os.close(slave)


@in_loop
async def test_serialx_alone_cannot_tell_an_empty_port_from_a_lost_one() -> None:
    assert await read_when_empty(lambda _: None) == b""


@in_loop
async def test_a_corrected_port_says_that_there_is_nothing_yet() -> None:
    with pytest.raises(BlockingIOError):
        await read_when_empty(tell_empty_from_lost)
