"""One lane at work: a grant waits for the rotation, and only the rotation is a visit.

The relay is driven first; the journal is told in the same tick. A grant without passage costs the member nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from gateway.domain.access_point import Direction, ReaderKey
from access_policy.facts import LaneCondition
from gateway.domain.lane_inputs import LaneInput
from gateway.domain.turnstile import LaneEffect, LaneState, Turnstile
from gateway.service.ports import Journal, Lane, TimerHandle, Timers
from sync_protocol.journal_events import AccessNotTaken, AccessTaken, LaneChanged

log = logging.getLogger(__name__)

_WORDS: Final = {LaneState.FREE_PASSAGE: "fire", LaneState.BLOCKED: "alarm", LaneState.FAULT: "fault"}


@dataclass(frozen=True, slots=True)
class LaneTiming:
    """How long the relay stays closed, and how long a grant waits for the rotation."""

    pulse_ms: int = 500
    passage_window_ms: int = 5_000


@dataclass(frozen=True, slots=True)
class Grant:
    """A granted tap that waits for its passage."""

    tap_id: str
    reader: ReaderKey
    direction: Direction
    member_id: str
    contract_id: str | None
    spends_visit: bool


GrantEnd = Literal["taken", "not_taken", "replaced"]
"""The member went through; or did not in time; or tapped again, and the newer grant waits now."""


class PassageListener(Protocol):
    """Who wants to know how each grant ended and what the lane is doing."""

    def grant_ended(self, lane_id: str, grant: Grant, end: GrantEnd) -> None: ...

    def lane_changed(self, lane_id: str, state: LaneState) -> None: ...


class LanePassages:
    """Gives grants to one lane and follows each to its end."""

    def __init__(
        self, lane: Lane, timing: LaneTiming, *, journal: Journal, timers: Timers, listener: PassageListener
    ) -> None:
        self.lane_id = lane.lane_id
        self.timing = timing
        self._lane = lane
        self._journal = journal
        self._timers = timers
        self._listener = listener
        self._turnstile = Turnstile()
        self._grant: Grant | None = None
        self._window: TimerHandle | None = None
        lane.set_listener(self.handle_input)

    @property
    def state(self) -> LaneState:
        """What the lane is doing."""
        return self._turnstile.state

    def condition_for(self, direction: Direction, member_id: str | None) -> LaneCondition:
        """Whether this member could be let through now; who holds the waiting grant may renew it."""
        is_same_holder = self._grant is not None and self._grant.member_id == member_id
        return self._turnstile.condition_for(direction, is_same_holder=is_same_holder)

    def give(self, grant: Grant) -> None:
        """Unlock for this grant, in this very call; only after `condition_for` said "free"."""
        before = self.state
        effects = self._turnstile.grant(grant.direction)
        self._drive(effects)
        replaced, self._grant = self._grant, grant
        self._arm_window()
        if replaced is not None:
            self._record_end(replaced, "replaced")
        self._report_change(before)

    def handle_input(self, seen: LaneInput) -> None:
        """Take in one debounced change of the lane's inputs."""
        self._follow(lambda: self._turnstile.observe(seen), detail=seen.signal)

    def _end_window(self) -> None:
        self._follow(self._turnstile.end_window)

    def _follow(self, move: Callable[[], tuple[LaneEffect, ...]], detail: str = "") -> None:
        before = self.state
        effects = move()
        self._drive(effects)
        if LaneEffect.TAKE_GRANT in effects:
            self._end_grant("taken")
        elif LaneEffect.GIVE_UP_GRANT in effects:
            self._end_grant("not_taken")
        if LaneEffect.REPORT_FORCED in effects:
            log.warning("lane %s: somebody went through without a grant (%s)", self.lane_id, detail)
            self._journal.append(LaneChanged(self.lane_id, "forced", detail))
        self._report_change(before)

    def _drive(self, effects: tuple[LaneEffect, ...]) -> None:
        if LaneEffect.LOCK in effects:
            self._lane.lock()
        if LaneEffect.UNLOCK_IN in effects:
            self._lane.unlock("in", self.timing.pulse_ms)
        if LaneEffect.UNLOCK_OUT in effects:
            self._lane.unlock("out", self.timing.pulse_ms)

    def _arm_window(self) -> None:
        if self._window is not None:
            self._window.cancel()
        self._window = self._timers.call_later(self.timing.passage_window_ms / 1000, self._end_window)

    def _end_grant(self, end: GrantEnd) -> None:
        grant, self._grant = self._grant, None
        assert grant is not None, "a lane without a grant has none to end"
        assert self._window is not None, "a grant always has its window"
        self._window.cancel()
        self._window = None
        self._record_end(grant, end)

    def _record_end(self, grant: Grant, end: GrantEnd) -> None:
        if end == "taken":
            self._journal.append(
                AccessTaken(
                    grant.tap_id,
                    self.lane_id,
                    grant.direction,
                    grant.member_id,
                    contract_id=grant.contract_id,
                    spends_visit=grant.spends_visit,
                )
            )
        else:
            self._journal.append(AccessNotTaken(grant.tap_id, self.lane_id, grant.direction, grant.member_id))
        self._listener.grant_ended(self.lane_id, grant, end)

    def _report_change(self, before: LaneState) -> None:
        if self.state is before:
            return
        if self.state in _WORDS:
            self._tell(_WORDS[self.state])
        elif before in _WORDS:
            self._tell("ready" if before is LaneState.FAULT else "cleared")
        self._listener.lane_changed(self.lane_id, self.state)

    def _tell(self, word: str) -> None:
        log.warning("lane %s: %s", self.lane_id, word)
        self._journal.append(LaneChanged(self.lane_id, word))
