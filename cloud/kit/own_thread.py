"""Calls that may wait for strangers for half a minute, each in a thread of its own.

The threads of `asyncio.to_thread` are a handful for the whole process: strangers would let everybody else wait, and
with them the end of the process, which these threads do not hold up.
"""

import asyncio
import contextlib
from collections.abc import Callable
from threading import Thread
from typing import TypeVar

_Answer = TypeVar("_Answer")


async def in_own_thread(call: Callable[[], _Answer]) -> _Answer:
    """What `call` returns or raises; when nobody waits any more, it ends for itself. Whoever asks bounds how many."""
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[_Answer] = loop.create_future()

    def settle(answer: _Answer | None, error: BaseException | None) -> None:
        if answered.done():
            return
        if error is not None:
            answered.set_exception(error)
        else:
            answered.set_result(answer)  # type: ignore[arg-type]  # the call's own, where nothing was raised

    def work() -> None:
        answer, fault = None, None
        try:
            answer = call()
        except Exception as error:  # noqa: BLE001 - it is whoever waits that it is raised for
            fault = error
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, answer, fault)

    Thread(target=work, daemon=True, name="own-thread").start()
    return await answered
