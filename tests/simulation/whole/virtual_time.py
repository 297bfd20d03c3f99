"""An event loop in which time passes only when nobody has anything to do: it jumps to the next timer.

Threads do not exist: work given to one is done at once, and its result is delivered after a while, so that the world
may change in between.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
TURN_S = 1e-6
"""How long each turn of the loop takes at least: otherwise a wait for less than a float can add would never end."""


class NobodyActsError(Exception):
    """Every task waits and no timer is set: the simulation itself is at its end by mistake."""


class VirtualLoop(asyncio.BaseEventLoop):
    """`time` begins at zero. `thread_delay_s` says how long each piece of work in a thread takes."""

    def __init__(self, thread_delay_s: Callable[[], float]) -> None:
        super().__init__()
        self._now_s = 0.0
        self._thread_delay_s = thread_delay_s
        self._selector = self

    def time(self) -> float:
        return self._now_s

    def select(self, timeout: float | None) -> list[Any]:
        """What the base class asks of a selector: there are no sockets, so wait by letting the time pass."""
        if timeout is None:
            raise NobodyActsError
        self._now_s += max(timeout, TURN_S)
        return []

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> "asyncio.Future[T]":
        """Do the work now, deliver its result later."""
        delivered: asyncio.Future[T] = self.create_future()
        delay_s = self._thread_delay_s()
        try:
            value = func(*args)
        except Exception as error:
            self.call_later(delay_s, _fail, delivered, error)
        else:
            self.call_later(delay_s, _finish, delivered, value)
        return delivered

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no sockets."""

    def _write_to_self(self) -> None:
        """Nothing has to be woken: there are no threads."""


def _finish(future: "asyncio.Future[T]", value: T) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: "asyncio.Future[Any]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
