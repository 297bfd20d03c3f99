"""Is this gateway worth keeping alive? Only if it can decide and its journal writes: then the watchdog is fed."""

import asyncio
from typing import Protocol

from gateway.service.ports import Journal


class HealthFaultError(Exception):
    """A part of the gateway does not answer any more; the process is better started anew."""


class SelfTap(Protocol):
    """A tap through the whole decision path; `DryTap` is one."""

    def tap_for_nobody(self) -> int:
        """Answer a credential that nobody has; microseconds. Raises when it is let in, or not answered."""
        ...


class Health:
    """Proves by doing. `journal_wait_s` is how long one group commit may take at worst."""

    def __init__(self, self_tap: SelfTap, journal: Journal, *, journal_wait_s: float = 10.0) -> None:
        self._self_tap = self_tap
        self._journal = journal
        self._journal_wait_s = journal_wait_s

    async def check(self) -> None:
        """Answer a card that nobody has, and wait until the journal has written what it holds.

        A full disk is no reason to start anew: the gate goes on deciding, and the journal keeps events in memory.

        Raises:
            WrongDecisionError: the card was let in.
            HealthFaultError: the journal's writer hangs.
        """
        self._self_tap.tap_for_nobody()
        try:
            async with asyncio.timeout(self._journal_wait_s):
                await self._journal.flushed()
        except TimeoutError as error:
            if self._journal.fault is not None:
                return
            raise HealthFaultError(f"the journal has not written for {self._journal_wait_s:g} s") from error
