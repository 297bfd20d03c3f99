"""Is this gateway worth keeping alive? Only if it can decide and its journal writes: then the watchdog is fed."""

import asyncio
from typing import Final

from access_policy.decide import decide
from access_policy.facts import TapFacts
from gateway.service.ports import Clock, GateStateReader, Journal

NOBODY: Final = "0" * 32
"""A hash that no credential has in practice: 128 bits of a keyed hash, all zero."""


class HealthFaultError(Exception):
    """A part of the gateway does not answer any more; the process is better started anew."""


class Health:
    """Proves by doing. `journal_wait_s` is how long one group commit may take at worst."""

    def __init__(self, state: GateStateReader, journal: Journal, clock: Clock, *, journal_wait_s: float = 10.0) -> None:
        self._state = state
        self._journal = journal
        self._clock = clock
        self._journal_wait_s = journal_wait_s

    async def check(self) -> None:
        """Decide about a card that nobody has, and wait until the journal has written what it holds.

        A full disk is no reason to start anew: the gate goes on deciding, and the journal keeps events in memory.

        Raises:
            HealthFaultError: the decision came out wrong, or the journal's writer hangs.
        """
        self._tap_for_nobody()
        try:
            async with asyncio.timeout(self._journal_wait_s):
                await self._journal.flushed()
        except TimeoutError as error:
            if self._journal.fault is not None:
                return
            raise HealthFaultError(f"the journal has not written for {self._journal_wait_s:g} s") from error

    def _tap_for_nobody(self) -> None:
        view = self._state.find_gate_view(NOBODY)
        facts = TapFacts(
            lane_id="",
            direction="in",
            lane="free",
            now_s=self._clock.wall_ms() // 1000,
            is_clock_trusted=self._clock.trust != "untrusted",
        )
        if decide(view, facts).is_granted:
            raise HealthFaultError("a credential that nobody has was granted")
