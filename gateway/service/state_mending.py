"""What is done when the state in force is not what the cloud has at that revision.

The rows are counted as they lie on the disk, and the cloud is told what each of the 256 buckets adds up to: it sends
those that differ. Where that does not help, the whole state is asked for.
"""

import logging
from collections.abc import Callable

from gateway.service.ports import Clock, CloudLink, LinkDownError, StateStore, StoreBusyError
from sync_protocol.messages import StateBuckets

logger = logging.getLogger(__name__)

ANSWERED_WITHIN_S = 10.0
ATTEMPTS_MAX = 3


class StateMending:
    """`ask_for_whole` gives up on single buckets."""

    def __init__(self, link: CloudLink, store: StateStore, clock: Clock, *, ask_for_whole: Callable[[], None]) -> None:
        self._link = link
        self._store = store
        self._clock = clock
        self._ask_for_whole = ask_for_whole
        self._attempts = 0
        self._not_before = float("-inf")

    async def mend(self, why: str) -> None:
        """Ask for what differs, unless the answer to the last question may still come."""
        if self._clock.monotonic() < self._not_before:
            return
        try:
            buckets = await self._store.count_buckets() if self._attempts < ATTEMPTS_MAX else None
        except StoreBusyError as error:
            logger.warning("the rows in force cannot be counted: %s", error)
            return
        if buckets is None:
            logger.error("%s: the whole is asked for", why)
            self._ask_for_whole()
            return
        self._attempts += 1
        self.wait(ANSWERED_WITHIN_S)
        logger.error("%s: the buckets that differ are asked for", why)
        try:
            await self._link.publish(StateBuckets(self._store.applied_revision, buckets))
        except LinkDownError:
            logger.debug("the link broke; the next word of the cloud shows what is wrong again")

    def wait(self, wait_s: float) -> None:
        """Ask for nothing for so long."""
        self._not_before = self._clock.monotonic() + wait_s

    def note_sound(self) -> None:
        """The state is what it should be."""
        self._attempts = 0
        self._not_before = float("-inf")
