"""One loop dies, all end."""

import asyncio
import logging
import os
import signal

import pytest

from gateway.supervisor import Loop, LoopDiedError, supervise
from tests.in_loop import in_loop


async def forever() -> None:
    await asyncio.Event().wait()


async def fail() -> None:
    raise OSError("the disk is gone")


async def end() -> None:
    """Ends at once, which no loop should."""


@in_loop
async def test_a_loop_that_fails_ends_the_others_and_is_named() -> None:
    ended = []

    async def tidy() -> None:
        try:
            await forever()
        finally:
            ended.append("tidy")

    with pytest.raises(LoopDiedError, match="bus died: OSError: the disk is gone"):
        await supervise([Loop("lane", tidy), Loop("bus", fail)], started=lambda: None)
    assert ended == ["tidy"]


@in_loop
async def test_a_loop_that_ends_by_itself_has_died() -> None:
    with pytest.raises(LoopDiedError, match="bus died: it ended by itself"):
        await supervise([Loop("bus", end)], started=lambda: None)


@in_loop
async def test_a_callback_that_fails_counts_as_a_loop_that_died() -> None:
    def divide() -> None:
        _ = 1 // 0

    with pytest.raises(LoopDiedError, match="a callback died: ZeroDivisionError"):
        await supervise([Loop("lane", forever)], started=divide)


@in_loop
async def test_a_stray_failure_of_others_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    def complain() -> None:
        loop = asyncio.get_running_loop()
        loop.call_exception_handler({"message": "a transport was lost", "exception": OSError("unplugged")})
        loop.call_soon(os.kill, os.getpid(), signal.SIGTERM)

    with caplog.at_level(logging.WARNING):
        await supervise([Loop("lane", forever)], started=complain)
    assert "a transport was lost: unplugged" in caplog.messages


@in_loop
async def test_sigterm_ends_everything_in_order_and_without_an_error() -> None:
    is_started = False

    def stop() -> None:
        nonlocal is_started
        is_started = True
        os.kill(os.getpid(), signal.SIGTERM)

    await supervise([Loop("lane", forever)], started=stop)
    assert is_started
