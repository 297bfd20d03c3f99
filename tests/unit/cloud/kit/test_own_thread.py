"""Calls that wait for strangers: others need not wait for them."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cloud.kit.own_thread import in_own_thread


def test_strangers_who_do_not_answer_take_no_thread_from_anybody() -> None:
    answer = threading.Event()

    async def scene() -> list[bool]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        waiting = [asyncio.ensure_future(in_own_thread(answer.wait)) for _ in range(8)]
        await asyncio.wait(waiting, timeout=0)
        await asyncio.wait_for(asyncio.to_thread(int), timeout=20)
        answer.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(scene()) == [True] * 8


def test_a_call_that_nobody_waits_for_any_more_holds_up_no_end() -> None:
    answer = threading.Event()

    async def scene() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(in_own_thread(answer.wait), timeout=0.01)

    asyncio.run(scene())
    answer.set()


def test_what_the_call_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_own_thread(lambda: 1 // 0))
