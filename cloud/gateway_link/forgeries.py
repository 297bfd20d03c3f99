"""What came in a gateway's name and was not signed by it: counted, and told to staff at once and then once an hour.

Whoever can do that owns the broker, or a broker's access list is missing; nothing of it is taken over.
"""

from typing import Final

from cloud.access_events import journal_faults
from cloud.database import UnitOfWork
from cloud.sites import service as sites

TOLD_EVERY_S: Final = 3600.0
STRANGE_FOR_S: Final = 60.0
"""How long a certificate may be unknown: one from after the backup that was restored is known with the next Hello."""


class Forgeries:
    """Of one gateway, while the process is up. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._untold = 0
        self._told_at = float("-inf")
        self._strange_since: float | None = None

    def count(self, now_s: float, *, is_certificate_unknown: bool = False) -> int:
        """One more; how many staff are to be told of now, 0 if they were told within the hour."""
        if is_certificate_unknown:
            self._strange_since = now_s if self._strange_since is None else self._strange_since
            if now_s - self._strange_since < STRANGE_FOR_S:
                return 0
        self._untold += 1
        if now_s - self._told_at < TOLD_EVERY_S:
            return 0
        number, self._untold, self._told_at = self._untold, 0, now_s
        return number


def tell(session: UnitOfWork, gateway_id: str, number: int, reason: str) -> None:
    """Keep that so many messages were not this gateway's, and call staff; nobody cares about one out of service."""
    gateway = sites.find_gateway(session, gateway_id)
    if gateway is not None and gateway.retired_at is None:
        journal_faults.note_forged(session, gateway, number, reason)
