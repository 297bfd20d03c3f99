"""Who may be sent a long answer now: after an outage thousands of gateways ask for their whole state at once.

A few are served side by side; the others stand in line in the order in which they asked, and are told so. A gateway
that is gone when its turn comes is passed over.
"""

from collections.abc import Callable
from typing import Final

AT_ONCE: Final = 4


class SnapshotPermits:
    """Belongs to one link, and to its loop's thread. The line is no longer than there are gateways."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._free = at_once
        self._waiting: dict[str, Callable[[], bool]] = {}
        self._called: set[str] = set()

    def take(self, gateway_id: str, call: Callable[[], bool]) -> bool:
        """Whether it may begin now, and has to `give_back`; if not, `call` says when its turn has come.

        `call` returns whether the gateway will take its turn, by another `take`, or `leave`.
        """
        if gateway_id in self._called:
            self._called.remove(gateway_id)
            return True
        if self._free > 0:
            self._free -= 1
            self._waiting.pop(gateway_id, None)
            return True
        self._waiting.setdefault(gateway_id, call)
        return False

    def give_back(self, gateway_id: str) -> None:
        """Its answer is sent: the next one in line is called."""
        assert gateway_id not in self._waiting, "who stands in line has nothing to give back"
        while self._waiting:
            follower = next(iter(self._waiting))
            call = self._waiting.pop(follower)
            self._called.add(follower)
            if call():
                return
            self._called.remove(follower)
        self._free += 1

    def leave(self, gateway_id: str) -> None:
        """It needs no long answer any more."""
        self._waiting.pop(gateway_id, None)
        if gateway_id in self._called:
            self._called.remove(gateway_id)
            self.give_back(gateway_id)

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)
