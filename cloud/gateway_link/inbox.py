"""What waits for one gateway's turn: its messages in the order of their arrival, and the wish to send it news.

Batches of events that wait one behind the other come out together: one transaction for all of them costs little more
than one for each alone.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sync_protocol.topics import Topic

INBOX_MAX: Final = 32
TOGETHER_MAX: Final = 4
"""So many batches come out together: as many as a gateway sends before it waits for an answer."""


class Arrived(Protocol):
    """A message from the broker, to be acknowledged when it has been dealt with."""

    payload: bytes

    def ack(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message and where it came in."""

    topic: Topic
    message: Arrived

    @property
    def has_events(self) -> bool:
        """Whether it says to be a batch of events."""
        return self.topic.kind == "events"


class Inbox:
    """Bounded; whoever finds it full does without. Belongs to its loop's thread, and has one reader."""

    def __init__(self) -> None:
        self._waiting: deque[Arrival | None] = deque()
        self._is_filled = asyncio.Event()

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= INBOX_MAX

    def put(self, item: Arrival | None) -> None:
        """Queue a message, or with None the wish to send news; never into a full one."""
        assert not self.is_full, "who puts has looked"
        self._waiting.append(item)
        self._is_filled.set()

    async def take(self) -> Sequence[Arrival]:
        """The next message, or several that are batches of events; none at all if it is time to send news."""
        while not self._waiting:
            self._is_filled.clear()
            await self._is_filled.wait()
        first = self._waiting.popleft()
        if first is None:
            return ()
        together = [first]
        while first.has_events and self._waiting and len(together) < TOGETHER_MAX:
            follower = self._waiting[0]
            if follower is None or not follower.has_events:
                break
            together.append(follower)
            self._waiting.popleft()
        return together
