"""The newest events of this start, in memory: for whoever looks on at the gateway, also after the cloud has them.

The journal itself forgets an event as soon as it is safe in the cloud.
"""

import logging
from collections import deque
from typing import Final

from msgspec.structs import replace

from gateway.service.duress import hide_duress
from sync_protocol.journal_events import AccessDecided, JournalEvent

log = logging.getLogger(__name__)

KEPT: Final = 1000


class RecentEvents:
    """Keeps the newest `kept` events; each tap is also a line in the log."""

    def __init__(self, kept: int = KEPT) -> None:
        self._events: deque[JournalEvent] = deque(maxlen=kept)

    def take(self, event: JournalEvent) -> None:
        """Remember an event that has just happened."""
        if isinstance(event.body, AccessDecided):
            tap = hide_duress(event.body)
            event = replace(event, body=tap)
            log.info("tap at %s: %s, %s (%d us)", tap.reader, tap.outcome, tap.reason, tap.decided_in_us)
            for signal in tap.signals:
                log.warning("tap at %s by %s: %s", tap.reader, tap.member_id, signal)
        self._events.append(event)

    @property
    def newest_seq(self) -> int:
        """The number of the newest one, -1 before any."""
        return self._events[-1].seq if self._events else -1

    def after(self, seq: int) -> list[JournalEvent]:
        """Those with a higher number, the oldest first."""
        return [event for event in self._events if event.seq > seq]
