"""The one thread that writes: the journal's group commit first, then jobs in order, then tidying when idle.

The loop hands work over and never waits for the disk. The queue of jobs is bounded: beyond it `submit` refuses.
"""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from gateway.service.ports import StoreBusyError

T = TypeVar("T")
JOBS_MAX = 256


class GroupCommit(Protocol):
    """Work that goes first, every time the thread wakes."""

    def commit_pending(self, *, is_last: bool) -> float | None:
        """Write what is pending; returns after how many seconds to call again without being woken, or None.

        Zero means that more is pending already; `is_last` that nothing may be put off.
        """
        ...

    def make_room(self, error: sqlite3.OperationalError) -> bool:
        """The disk has refused a job; True: it is worth another try at once."""
        ...


class WriterThread:
    """Runs until `stop`; whatever kills it is given to all who wait and to `failed`."""

    def __init__(self, group_commit: GroupCommit, idle_work: Callable[[], bool]) -> None:
        self._group_commit = group_commit
        self._idle_work = idle_work
        self._jobs: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()
        self._condition = threading.Condition()
        self._is_woken = False
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self) -> None:
        """Start the thread; results are delivered to the running loop."""
        self._loop = asyncio.get_running_loop()
        self.failed: asyncio.Future[None] = self._loop.create_future()
        self.failed.add_done_callback(lambda failed: failed.cancelled() or failed.exception())
        self._thread.start()

    def wake(self) -> None:
        """There is something to commit. Cheap, from the loop's thread."""
        with self._condition:
            self._is_woken = True
            self._condition.notify()

    async def submit(self, job: Callable[[], T]) -> T:
        """Run a job in the thread and return its result.

        Raises:
            StoreBusyError: too many jobs wait, or the disk is full or failing.
        """
        if self.failed.done():
            self.failed.result()
        if len(self._jobs) >= JOBS_MAX:
            raise StoreBusyError(f"{JOBS_MAX} writes wait for the disk already")
        result: asyncio.Future[T] = self._loop.create_future()
        with self._condition:
            self._jobs.append((job, result))
            self._condition.notify()
        return await result

    async def stop(self) -> None:
        """Finish everything handed over, then end the thread."""
        with self._condition:
            self._is_stopping = True
            self._condition.notify()
        await asyncio.to_thread(self._thread.join)

    def deliver(self, callback: Callable[..., None], *arguments: object) -> None:
        """From the thread: call back in the loop, if it still runs."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback, *arguments)

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as error:  # noqa: BLE001 - told to the loop, which ends the process
            self.deliver(self._fail, error)

    def _serve(self) -> None:
        again_in_s: float | None = None
        is_tidy = False
        while True:
            with self._condition:
                if not (self._jobs or self._is_woken or self._is_stopping) and is_tidy:
                    self._condition.wait(again_in_s)
                self._is_woken = False
                is_stopping = self._is_stopping
                job = self._jobs.popleft() if self._jobs else None
            again_in_s = self._group_commit.commit_pending(is_last=is_stopping)
            if job is not None:
                self._do(*job)
                is_tidy = False
            elif is_stopping and again_in_s != 0.0:
                return
            else:
                is_tidy = not self._idle_work()

    def _do(self, job: Callable[[], Any], result: "asyncio.Future[Any]") -> None:
        try:
            value = self._attempt(job)
        except sqlite3.OperationalError as error:
            self.deliver(_settle, result, None, StoreBusyError(f"the disk does not take it now: {error}"))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever gave the job
            self.deliver(_settle, result, None, error)
        else:
            self.deliver(_settle, result, value, None)

    def _attempt(self, job: Callable[[], T]) -> T:
        try:
            return job()
        except sqlite3.OperationalError as error:
            if not self._group_commit.make_room(error):
                raise
        return job()

    def _fail(self, error: BaseException) -> None:
        if not self.failed.done():
            self.failed.set_exception(error)
        while self._jobs:
            _settle(self._jobs.popleft()[1], None, error)


def _settle(result: "asyncio.Future[Any]", value: object, error: BaseException | None) -> None:
    if result.done():
        return
    if error is not None:
        result.set_exception(error)
    else:
        result.set_result(value)
