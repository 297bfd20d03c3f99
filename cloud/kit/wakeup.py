"""Wake-ups inside one process: a commit in any thread rouses the coroutines that wait for its topic.

A wake-up carries nothing and may be lost between processes: whoever waits also looks by itself from time to time.
Topics in use: `desired_state`, `access_events`, `gateways`, `gate_commands`.
"""

import asyncio
from contextlib import suppress
from threading import Lock
from types import TracebackType
from typing import Self


class Wakeups:
    """Named topics; `wake` from any thread, `subscribe` from a running event loop."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._subscriptions: dict[str, set[Subscription]] = {}

    def wake(self, topic: str) -> None:
        """Rouse every subscription of the topic. Never blocks, never fails."""
        with self._lock:
            subscriptions = tuple(self._subscriptions.get(topic, ()))
        for subscription in subscriptions:
            subscription.rouse()

    def subscribe(self, topic: str) -> "Subscription":
        """Listen to a topic until the subscription is closed (`with`). Wake-ups in between are remembered as one."""
        subscription = Subscription(self, topic)
        with self._lock:
            self._subscriptions.setdefault(topic, set()).add(subscription)
        return subscription

    def remove(self, subscription: "Subscription") -> None:
        """Forget a subscription; unknown ones are ignored."""
        with self._lock:
            self._subscriptions.get(subscription.topic, set()).discard(subscription)


class Subscription:
    """One listener of one topic, bound to the event loop that made it."""

    def __init__(self, wakeups: Wakeups, topic: str) -> None:
        self.topic = topic
        self._wakeups = wakeups
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def rouse(self) -> None:
        """Let `wait` return; from any thread, also after the loop has closed."""
        with suppress(RuntimeError):  # the loop has closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, timeout_s: float) -> bool:
        """True as soon as the topic was woken since the last call, False after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._wakeups.remove(self)
