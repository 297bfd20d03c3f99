"""One lane's state, moved along the table of `lane_states` by grants, inputs, its mode and the ends of times."""

from typing import Final, Literal

from access_policy.facts import LaneCondition
from gateway.domain.access_point import Direction
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.domain.lane_mode import BOTH_WAYS, FREE_WAYS, LaneMode
from gateway.domain.lane_states import AT_REST, NOTHING_HELD, OUT_OF_ORDER, TABLE, LaneEffect, LaneEvent, LaneState

PassageSign = Literal["rotation", "opening"]
"""What tells that somebody went through: a passage contact, or, at a door that has none, that it opened."""

_WAY_OF_GRANT: Final[dict[LaneState, Direction]] = {
    LaneState.UNLOCKED_IN: "in",
    LaneState.UNLOCKED_OUT: "out",
    LaneState.QUEUED_IN: "in",
    LaneState.QUEUED_OUT: "out",
}
_WAY_OF_SIGNAL: Final[dict[LaneSignal, Direction]] = {LaneSignal.ROTATION_IN: "in", LaneSignal.ROTATION_OUT: "out"}
_CONTACTS: Final = (LaneSignal.ROTATION_IN, LaneSignal.ROTATION_OUT, LaneSignal.OPEN)
_MODE_CONDITIONS: Final = {
    LaneMode.LOCKDOWN: LaneEvent.LOCK_DOWN,
    LaneMode.FREE_PASSAGE_IN: LaneEvent.FREE,
    LaneMode.FREE_PASSAGE_OUT: LaneEvent.FREE,
    LaneMode.FREE_PASSAGE: LaneEvent.FREE,
}


class Turnstile:
    """The lane as it is known here. Inputs that are not wired keep the level they have in a lane at rest."""

    def __init__(self, sign: PassageSign = "rotation") -> None:
        self.state = LaneState.LOCKED
        self.mode = LaneMode.NORMAL
        self._sign = sign
        self._levels = {signal: signal is LaneSignal.READY for signal in LaneSignal}

    @property
    def held_open(self) -> frozenset[Direction]:
        """The directions that are to be kept open now, without a grant."""
        if self.state is LaneState.EVACUATION:
            return BOTH_WAYS
        return frozenset() if self.state in NOTHING_HELD else FREE_WAYS[self.mode]

    @property
    def is_burning(self) -> bool:
        """Whether the FIRE input is active."""
        return self._levels[LaneSignal.FIRE]

    @property
    def active_contact(self) -> LaneEvent | None:
        """What it will be if a contact that is active now stays so; None: all are at home."""
        if self._levels[LaneSignal.ROTATION_IN] or self._levels[LaneSignal.ROTATION_OUT]:
            return LaneEvent.JAM
        return LaneEvent.HELD_OPEN if self._levels[LaneSignal.OPEN] else None

    def condition_for(self, direction: Direction, *, is_same_holder: bool) -> LaneCondition:
        """Whether a grant in this direction could be given now.

        Who holds the pending grant may tap again in the same direction: the new grant takes the place of the old.
        A locked lane is locked from outside: out of it the way is as free as ever.
        """
        if self.state in OUT_OF_ORDER:
            return "not_ready"
        if self.mode is LaneMode.LOCKDOWN:
            return "lockdown"
        if self.mode is LaneMode.LOCKED and direction == "in":
            return "locked"
        way = _WAY_OF_GRANT.get(self.state)
        return "free" if way is None or (way == direction and is_same_holder) else "busy"

    def grant(self, direction: Direction) -> tuple[LaneEffect, ...]:
        """Let one person through; only when `condition_for` does not say "not_ready"."""
        return self._step(LaneEvent.GRANTED_IN if direction == "in" else LaneEvent.GRANTED_OUT)

    def end_window(self) -> tuple[LaneEffect, ...]:
        """Nobody went through in time."""
        return self._step(LaneEvent.WINDOW_OVER)

    def settle(self) -> tuple[LaneEffect, ...]:
        """Nobody followed right behind a passage."""
        return self._step(LaneEvent.SETTLED)

    def report_stuck(self) -> tuple[LaneEffect, ...]:
        """`active_contact` has stayed what it is for longer than a person takes."""
        stuck = self.active_contact
        assert stuck is not None, "only an active contact can be stuck"
        return self._step(stuck)

    def change_mode(self, mode: LaneMode) -> tuple[LaneEffect, ...]:
        """Be something else from now on."""
        self.mode = mode
        # A lockdown takes a waiting grant back also where READY, which many drop just then, would hide it.
        withdrawn = self._step(LaneEvent.LOCK_DOWN) if mode is LaneMode.LOCKDOWN else ()
        return withdrawn + self._step(self._condition())

    def note(self, seen: LaneInput) -> bool:
        """Take in a level; False when it was known already."""
        is_news = self._levels[seen.signal] != seen.is_active
        self._levels[seen.signal] = seen.is_active
        return is_news

    def observe(self, seen: LaneInput) -> tuple[LaneEffect, ...]:
        """Take in one change of an input; a repeated level means nothing."""
        event = self._event_of(seen) if self.note(seen) else None
        return () if event is None else self._step(event)

    def _event_of(self, seen: LaneInput) -> LaneEvent | None:
        if seen.signal is LaneSignal.EXIT_REQUEST:
            return None
        if seen.signal not in _CONTACTS:
            return self._condition()
        if not seen.is_active:
            return LaneEvent.ARM_HOME if self.active_contact is None else None
        if seen.signal is LaneSignal.OPEN:
            return LaneEvent.OPENED if self._sign == "opening" else None
        way = _WAY_OF_SIGNAL[seen.signal]
        if way in self.held_open and not self._is_granted(way):
            return LaneEvent.WALKED
        return LaneEvent.ROTATED_IN if way == "in" else LaneEvent.ROTATED_OUT

    def _is_granted(self, direction: Direction) -> bool:
        return self.state is (LaneState.UNLOCKED_IN if direction == "in" else LaneState.UNLOCKED_OUT)

    def _condition(self) -> LaneEvent:
        if self.is_burning or self.mode is LaneMode.EVACUATION:
            return LaneEvent.EVACUATE
        if self._levels[LaneSignal.ALARM]:
            return LaneEvent.ALARM
        if not self._levels[LaneSignal.READY]:
            return LaneEvent.NOT_READY
        return _MODE_CONDITIONS.get(self.mode, LaneEvent.CLEAR)

    def _step(self, event: LaneEvent) -> tuple[LaneEffect, ...]:
        assert event in TABLE[self.state], f"{event} cannot happen in {self.state}"
        self.state, effects = TABLE[self.state][event]
        if self.state in AT_REST:
            # What was overlooked while somebody went through counts as soon as the lane is at rest.
            self.state, more = TABLE[self.state][self._condition()]
            assert not more, "a lane at rest has no grant to end"
        return effects
