"""One lane at work: a grant waits for the rotation, and only the rotation is a visit.

The relay is driven first; the journal is told in the same tick. A grant without passage costs the member nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from access_policy.facts import LaneCondition
from access_policy.zone import OUTSIDE
from gateway.domain.access_point import Direction, ReaderKey
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.domain.lane_mode import LaneMode
from gateway.domain.lane_states import LaneEffect, LaneState
from gateway.domain.turnstile import Turnstile
from gateway.service.passage_timers import PassageTimers
from gateway.service.ports import Journal, Lane, Timers
from gateway.service.relay_control import LaneControl, LaneTiming, RelayControl
from sync_protocol.journal_events import AccessNotTaken, AccessTaken, AnonymousPassage, LaneChanged

log = logging.getLogger(__name__)

_WORDS: Final = {
    LaneState.BLOCKED: "alarm",
    LaneState.FAULT: "fault",
    LaneState.JAMMED: "jam",
    LaneState.HELD: "held",
}
_QUEUED: Final = frozenset({LaneState.QUEUED_IN, LaneState.QUEUED_OUT})
_UNLOCKS: Final = frozenset({LaneEffect.UNLOCK_IN, LaneEffect.UNLOCK_OUT})
_REPORTS: Final = {
    LaneEffect.REPORT_FORCED: "forced",
    LaneEffect.REPORT_WRONG_DIRECTION: "wrong_direction",
    LaneEffect.REPORT_TAILGATING: "tailgating",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A granted tap that waits for its passage, from `left_zone_id` to `zone_id`; an empty zone is outside."""

    tap_id: str
    reader: ReaderKey
    direction: Direction
    member_id: str
    contract_id: str | None
    spends_visit: bool
    zone_id: str = OUTSIDE
    left_zone_id: str = OUTSIDE
    is_guest: bool = False
    is_staff: bool = False


@dataclass(frozen=True, slots=True)
class NamelessGrant:
    """The button inside, or staff from afar, let through whoever stands there."""

    direction: Direction
    cause: Literal["exit_request", "remote_opened"]


GrantEnd = Literal["taken", "not_taken", "replaced"]
"""The member went through; or did not in time; or tapped again, and the newer grant waits now."""


class PassageListener(Protocol):
    """Who wants to know how each grant ended and what the lane is doing."""

    def grant_ended(self, lane_id: str, grant: Grant, end: GrantEnd) -> None: ...

    def lane_changed(self, lane_id: str, state: LaneState) -> None: ...


class LanePassages:
    """Gives grants to one lane and follows each to its end; never more than one waits."""

    def __init__(
        self,
        lane: Lane,
        timing: LaneTiming,
        *,
        journal: Journal,
        timers: Timers,
        listener: PassageListener,
        control: LaneControl = LaneControl(),
    ) -> None:
        self.lane_id = lane.lane_id
        self.timing = timing
        self._journal = journal
        self._listener = listener
        self._turnstile = Turnstile(control.passage_sign)
        self._relays = RelayControl(lane, timing, control, timers)
        self._times = PassageTimers(timing, timers, self._follow)
        self._grant: Grant | NamelessGrant | None = None
        lane.set_listener(self.handle_input)

    @property
    def state(self) -> LaneState:
        """What the lane is doing."""
        return self._turnstile.state

    @property
    def is_queued(self) -> bool:
        """Whether a grant waits for somebody else to pass."""
        return self.state in _QUEUED

    @property
    def mode(self) -> LaneMode:
        """What the lane was told to be."""
        return self._turnstile.mode

    @property
    def waiting(self) -> Grant | None:
        """The member's grant that waits for its passage; an exit request is nobody's."""
        return self._grant if isinstance(self._grant, Grant) else None

    def condition_for(self, direction: Direction, member_id: str | None) -> LaneCondition:
        """Whether this member could be let through now; who holds the waiting grant may renew it."""
        is_same_holder = isinstance(self._grant, Grant) and self._grant.member_id == member_id
        return self._turnstile.condition_for(direction, is_same_holder=is_same_holder)

    def give(self, grant: Grant) -> None:
        """Unlock for this grant, in this very call, or as soon as whoever is passing has passed.

        Only when `condition_for` does not say "not_ready". An earlier grant that still waits gives way.
        """
        self._let_through(grant)

    def open_once(self, direction: Direction, *, by: str) -> LaneCondition:
        """Let one person through on the word of somebody who is not here; a locked lane, too.

        Gives what hindered it, or "free" when it was done.
        """
        grant = NamelessGrant(direction, "remote_opened")
        return self._open_for_nobody(grant, LaneChanged(self.lane_id, "remote_opened", by))

    def change_mode(self, mode: LaneMode) -> None:
        """Be something else from now on, in this very call."""
        self._times.forget_contact()
        self._follow(lambda: self._turnstile.change_mode(mode))

    def handle_input(self, seen: LaneInput) -> None:
        """Take in one debounced change of the lane's inputs."""
        was_burning = self._turnstile.is_burning
        if seen.signal is LaneSignal.EXIT_REQUEST:
            if self._turnstile.note(seen) and seen.is_active:
                self._let_out()
            return
        self._follow(lambda: self._turnstile.observe(seen), seen.signal)
        if seen.signal is LaneSignal.READY and seen.is_active:
            # Relays that were gone for a while know nothing of a way that is held open.
            self._relays.renew()
        if self._turnstile.is_burning is not was_burning:
            self._times.forget_contact()
            self._tell("cleared" if was_burning else "fire")

    def _let_out(self) -> None:
        condition = self._open_for_nobody(
            NamelessGrant("out", "exit_request"), LaneChanged(self.lane_id, "exit_requested")
        )
        if condition != "free":
            log.warning("lane %s: an exit request was not granted: %s", self.lane_id, condition)

    def _open_for_nobody(self, grant: NamelessGrant, told: LaneChanged) -> LaneCondition:
        condition = self._turnstile.condition_for(grant.direction, is_same_holder=self._grant == grant)
        if condition not in ("free", "locked"):
            return condition
        self._journal.append(told)
        self._let_through(grant)
        return "free"

    def _let_through(self, grant: Grant | NamelessGrant) -> None:
        replaced, self._grant = self._grant, None
        before = self.state
        effects = self._turnstile.grant(grant.direction)
        self._drive(effects)
        self._grant = grant
        if isinstance(replaced, Grant):
            is_same_reader = isinstance(grant, Grant) and grant.reader == replaced.reader
            self._record_end(replaced, "replaced" if is_same_reader else "not_taken")
        self._report_change(before)

    def _follow(self, move: Callable[[], tuple[LaneEffect, ...]], signal: LaneSignal | None = None) -> None:
        before = self.state
        effects = move()
        self._drive(effects)
        if LaneEffect.TAKE_GRANT in effects:
            self._end_grant("taken")
        elif LaneEffect.GIVE_UP_GRANT in effects:
            self._end_grant("not_taken")
        if LaneEffect.COUNT_WALK in effects:
            self._count_walk(signal)
        for effect in effects:
            if effect in _REPORTS:
                self._tell(_REPORTS[effect], signal or "")
        self._report_change(before)

    def _drive(self, effects: tuple[LaneEffect, ...]) -> None:
        if LaneEffect.BEGIN_PASSAGE in effects:
            self._relays.begin_passage()
        if LaneEffect.END_PASSAGE in effects:
            self._relays.end_passage()
        if LaneEffect.LOCK in effects:
            self._relays.lock()
        if LaneEffect.UNLOCK_IN in effects:
            self._relays.grant("in")
        if LaneEffect.UNLOCK_OUT in effects:
            self._relays.grant("out")
        self._relays.hold(self._turnstile.held_open)
        self._times.follow(self._turnstile, is_unlocked_anew=not _UNLOCKS.isdisjoint(effects))

    def _end_grant(self, end: GrantEnd) -> None:
        grant, self._grant = self._grant, None
        assert grant is not None, "a lane without a grant has none to end"
        if isinstance(grant, Grant):
            self._record_end(grant, end)
        elif end == "taken":
            self._journal.append(AnonymousPassage(self.lane_id, grant.direction, grant.cause))

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
                    zone_id=grant.zone_id,
                    left_zone_id=grant.left_zone_id,
                    is_guest=grant.is_guest,
                    is_staff=grant.is_staff,
                )
            )
        else:
            self._journal.append(AccessNotTaken(grant.tap_id, self.lane_id, grant.direction, grant.member_id))
        self._listener.grant_ended(self.lane_id, grant, end)

    def _count_walk(self, signal: LaneSignal | None) -> None:
        cause = "evacuation" if self.state is LaneState.EVACUATION else "free_passage"
        direction: Direction = "in" if signal is LaneSignal.ROTATION_IN else "out"
        self._journal.append(AnonymousPassage(self.lane_id, direction, cause))

    def _report_change(self, before: LaneState) -> None:
        if self.state is before:
            return
        if self.state in _WORDS:
            self._tell(_WORDS[self.state])
        elif before in _WORDS and self.state is not LaneState.EVACUATION:
            self._tell("ready" if before is LaneState.FAULT else "cleared")
        self._listener.lane_changed(self.lane_id, self.state)

    def _tell(self, word: str, detail: str = "") -> None:
        log.warning("lane %s: %s%s", self.lane_id, word, f" ({detail})" if detail else "")
        self._journal.append(LaneChanged(self.lane_id, word, detail))
