"""Keeps the gateway's loops together: one dies, all end, and the service manager starts the process anew.

A callback that fails (a timer, a port's data) counts as a loop that died. SIGTERM and SIGINT end everything in order.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Loop:
    """Something that runs for as long as the gateway does; `name` is for the log."""

    name: str
    run: Callable[[], Coroutine[Any, Any, None]]


class LoopDiedError(Exception):
    """A loop ended that should not have; the cause, if any, is chained to it."""

    def __init__(self, name: str, cause: BaseException | None) -> None:
        reason = f"{type(cause).__name__}: {cause}" if cause else "it ended by itself"
        super().__init__(f"{name} died: {reason}")
        self.__cause__ = cause


async def supervise(loops: Sequence[Loop], *, started: Callable[[], None]) -> None:
    """Run the loops until a signal asks to stop; `started` is called once they are all begun.

    Raises:
        LoopDiedError: one of them died; the others were ended before this is raised.
    """
    event_loop = asyncio.get_running_loop()
    stop: asyncio.Future[None] = event_loop.create_future()
    event_loop.set_exception_handler(lambda _, context: _handle_stray(context, stop))
    for wanted in (signal.SIGTERM, signal.SIGINT):
        event_loop.add_signal_handler(wanted, _stop_by_signal, stop, wanted)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_guard(loop), name=loop.name) for loop in loops]
            event_loop.call_soon(started)
            await stop
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as failures:
        first = _first_death(failures)
        raise first from first.__cause__
    finally:
        for wanted in (signal.SIGTERM, signal.SIGINT):
            event_loop.remove_signal_handler(wanted)
        event_loop.set_exception_handler(None)


async def _guard(loop: Loop) -> None:
    try:
        await loop.run()
    except Exception as error:
        raise LoopDiedError(loop.name, error) from error
    raise LoopDiedError(loop.name, None)


def _stop_by_signal(stop: asyncio.Future[None], received: signal.Signals) -> None:
    log.info("stopping on %s", received.name)
    if not stop.done():
        stop.set_result(None)


def _handle_stray(context: dict[str, Any], stop: asyncio.Future[None]) -> None:
    """An exception that no task took: fatal from one of our callbacks, a line in the log from anywhere else."""
    error = context.get("exception")
    if "handle" in context and isinstance(error, Exception):
        if not stop.done():
            stop.set_exception(LoopDiedError("a callback", error))
        return
    log.warning("%s%s", context.get("message", "stray failure"), f": {error}" if error else "")


def _first_death(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one that came first; those after it died of being cancelled, if at all."""
    first = failures.exceptions[0]
    return _first_death(first) if isinstance(first, BaseExceptionGroup) else first
