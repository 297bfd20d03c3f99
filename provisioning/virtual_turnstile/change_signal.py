"""Wakes everybody who waits for a change. Nothing is queued: who was away reads the newest state."""

import asyncio


class ChangeSignal:
    """A change counter that can be awaited; belongs to one event loop."""

    def __init__(self) -> None:
        self._version = 0
        self._is_closed = False
        self._next_change = asyncio.Event()

    @property
    def version(self) -> int:
        """How many changes there were."""
        return self._version

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def notify(self) -> None:
        """Something changed."""
        self._version += 1
        waiting, self._next_change = self._next_change, asyncio.Event()
        waiting.set()

    def close(self) -> None:
        """No change will come any more: whoever waits returns at once, now and later."""
        self._is_closed = True
        self.notify()

    async def wait_beyond(self, version: int, timeout_s: float) -> bool:
        """Return True when there are more than `version` changes, False after `timeout_s` or when closed."""
        if self._version == version and not self._is_closed:
            try:
                await asyncio.wait_for(self._next_change.wait(), timeout_s)
            except TimeoutError:
                return False
        return not self._is_closed
