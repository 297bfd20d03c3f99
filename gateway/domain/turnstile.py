"""The lane as one table: what a turnstile is doing, and what each thing that can happen to it means.

A grant waits in `unlocked_*` for the rotation; only the rotation is a visit. FIRE opens the gate in hardware, ALARM
and a lost READY close it for new grants: they are observed here, never caused. A READY that drops while somebody
walks through is no fault, because many turnstiles drop it exactly then.
"""

from enum import StrEnum
from typing import Final

from gateway.domain.access_point import Direction
from access_policy.facts import LaneCondition
from gateway.domain.lane_inputs import LaneInput, LaneSignal


class LaneState(StrEnum):
    """What the lane is doing."""

    LOCKED = "locked"
    UNLOCKED_IN = "unlocked_in"
    UNLOCKED_OUT = "unlocked_out"
    PASSING = "passing"
    FREE_PASSAGE = "free_passage"
    BLOCKED = "blocked"
    FAULT = "fault"


class LaneEvent(StrEnum):
    """What can happen to a lane; the last four are the condition that its inputs tell."""

    GRANTED_IN = "granted_in"
    GRANTED_OUT = "granted_out"
    ROTATED_IN = "rotated_in"
    ROTATED_OUT = "rotated_out"
    ARM_HOME = "arm_home"
    WINDOW_OVER = "window_over"
    FIRE = "fire"
    ALARM = "alarm"
    NOT_READY = "not_ready"
    CLEAR = "clear"


class LaneEffect(StrEnum):
    """What has to be done about it."""

    UNLOCK_IN = "unlock_in"
    UNLOCK_OUT = "unlock_out"
    LOCK = "lock"
    TAKE_GRANT = "take_grant"
    GIVE_UP_GRANT = "give_up_grant"
    REPORT_FORCED = "report_forced"


_S, _E, _F = LaneState, LaneEvent, LaneEffect
Step = tuple[LaneState, tuple[LaneEffect, ...]]

_GIVE_UP: Final = (_F.LOCK, _F.GIVE_UP_GRANT)
_FORCED: Final = (_F.REPORT_FORCED,)

# A pair that is missing (a grant while the lane is taken or out of order, a window that nobody opened) is a bug of the
# caller. Whatever the hardware may say is present in every state.
TABLE: Final[dict[LaneState, dict[LaneEvent, Step]]] = {
    _S.LOCKED: {
        _E.GRANTED_IN: (_S.UNLOCKED_IN, (_F.UNLOCK_IN,)),
        _E.GRANTED_OUT: (_S.UNLOCKED_OUT, (_F.UNLOCK_OUT,)),
        _E.ROTATED_IN: (_S.PASSING, _FORCED),
        _E.ROTATED_OUT: (_S.PASSING, _FORCED),
        _E.ARM_HOME: (_S.LOCKED, ()),
        _E.FIRE: (_S.FREE_PASSAGE, ()),
        _E.ALARM: (_S.BLOCKED, ()),
        _E.NOT_READY: (_S.FAULT, ()),
        _E.CLEAR: (_S.LOCKED, ()),
    },
    _S.UNLOCKED_IN: {
        _E.GRANTED_IN: (_S.UNLOCKED_IN, (_F.GIVE_UP_GRANT, _F.UNLOCK_IN)),
        _E.ROTATED_IN: (_S.PASSING, (_F.LOCK, _F.TAKE_GRANT)),
        _E.ROTATED_OUT: (_S.UNLOCKED_IN, _FORCED),
        _E.ARM_HOME: (_S.UNLOCKED_IN, ()),
        _E.WINDOW_OVER: (_S.LOCKED, _GIVE_UP),
        _E.FIRE: (_S.FREE_PASSAGE, _GIVE_UP),
        _E.ALARM: (_S.BLOCKED, _GIVE_UP),
        _E.NOT_READY: (_S.UNLOCKED_IN, ()),
        _E.CLEAR: (_S.UNLOCKED_IN, ()),
    },
    _S.UNLOCKED_OUT: {
        _E.GRANTED_OUT: (_S.UNLOCKED_OUT, (_F.GIVE_UP_GRANT, _F.UNLOCK_OUT)),
        _E.ROTATED_IN: (_S.UNLOCKED_OUT, _FORCED),
        _E.ROTATED_OUT: (_S.PASSING, (_F.LOCK, _F.TAKE_GRANT)),
        _E.ARM_HOME: (_S.UNLOCKED_OUT, ()),
        _E.WINDOW_OVER: (_S.LOCKED, _GIVE_UP),
        _E.FIRE: (_S.FREE_PASSAGE, _GIVE_UP),
        _E.ALARM: (_S.BLOCKED, _GIVE_UP),
        _E.NOT_READY: (_S.UNLOCKED_OUT, ()),
        _E.CLEAR: (_S.UNLOCKED_OUT, ()),
    },
    _S.PASSING: {
        _E.GRANTED_IN: (_S.UNLOCKED_IN, (_F.UNLOCK_IN,)),
        _E.GRANTED_OUT: (_S.UNLOCKED_OUT, (_F.UNLOCK_OUT,)),
        _E.ROTATED_IN: (_S.PASSING, _FORCED),
        _E.ROTATED_OUT: (_S.PASSING, _FORCED),
        _E.ARM_HOME: (_S.LOCKED, ()),
        _E.FIRE: (_S.FREE_PASSAGE, ()),
        _E.ALARM: (_S.BLOCKED, ()),
        _E.NOT_READY: (_S.PASSING, ()),
        _E.CLEAR: (_S.PASSING, ()),
    },
    _S.FREE_PASSAGE: {
        _E.ROTATED_IN: (_S.FREE_PASSAGE, ()),
        _E.ROTATED_OUT: (_S.FREE_PASSAGE, ()),
        _E.ARM_HOME: (_S.FREE_PASSAGE, ()),
        _E.FIRE: (_S.FREE_PASSAGE, ()),
        _E.ALARM: (_S.BLOCKED, ()),
        _E.NOT_READY: (_S.FAULT, ()),
        _E.CLEAR: (_S.LOCKED, ()),
    },
    _S.BLOCKED: {
        _E.ROTATED_IN: (_S.BLOCKED, _FORCED),
        _E.ROTATED_OUT: (_S.BLOCKED, _FORCED),
        _E.ARM_HOME: (_S.BLOCKED, ()),
        _E.FIRE: (_S.FREE_PASSAGE, ()),
        _E.ALARM: (_S.BLOCKED, ()),
        _E.NOT_READY: (_S.FAULT, ()),
        _E.CLEAR: (_S.LOCKED, ()),
    },
    _S.FAULT: {
        _E.ROTATED_IN: (_S.FAULT, _FORCED),
        _E.ROTATED_OUT: (_S.FAULT, _FORCED),
        _E.ARM_HOME: (_S.FAULT, ()),
        _E.FIRE: (_S.FREE_PASSAGE, ()),
        _E.ALARM: (_S.BLOCKED, ()),
        _E.NOT_READY: (_S.FAULT, ()),
        _E.CLEAR: (_S.LOCKED, ()),
    },
}

_OUT_OF_ORDER: Final = frozenset({_S.FREE_PASSAGE, _S.BLOCKED, _S.FAULT})
_WAY_OF_GRANT: Final[dict[LaneState, Direction]] = {_S.UNLOCKED_IN: "in", _S.UNLOCKED_OUT: "out"}


class Turnstile:
    """One lane's state, moved along `TABLE` by grants, inputs and the end of the passage window."""

    def __init__(self) -> None:
        self.state = LaneState.LOCKED
        self._levels = {signal: signal is LaneSignal.READY for signal in LaneSignal}

    def condition_for(self, direction: Direction, *, is_same_holder: bool) -> LaneCondition:
        """Whether a grant in this direction could be given now.

        Who holds the pending grant may tap again in the same direction: the new grant takes the place of the old.
        """
        if self.state in _OUT_OF_ORDER:
            return "not_ready"
        way = _WAY_OF_GRANT.get(self.state)
        return "free" if way is None or (way == direction and is_same_holder) else "busy"

    def grant(self, direction: Direction) -> tuple[LaneEffect, ...]:
        """Unlock for one passage; only after `condition_for` said "free"."""
        return self._step(LaneEvent.GRANTED_IN if direction == "in" else LaneEvent.GRANTED_OUT)

    def end_window(self) -> tuple[LaneEffect, ...]:
        """Nobody went through in time."""
        return self._step(LaneEvent.WINDOW_OVER)

    def observe(self, seen: LaneInput) -> tuple[LaneEffect, ...]:
        """Take in one change of an input; a repeated level means nothing."""
        if self._levels[seen.signal] == seen.is_active:
            return ()
        self._levels[seen.signal] = seen.is_active
        return self._step(self._event_of(seen))

    def _event_of(self, seen: LaneInput) -> LaneEvent:
        if seen.signal in {LaneSignal.ROTATION_IN, LaneSignal.ROTATION_OUT}:
            if not seen.is_active:
                return LaneEvent.ARM_HOME
            return LaneEvent.ROTATED_IN if seen.signal is LaneSignal.ROTATION_IN else LaneEvent.ROTATED_OUT
        return self._condition()

    def _condition(self) -> LaneEvent:
        if self._levels[LaneSignal.FIRE]:
            return LaneEvent.FIRE
        if self._levels[LaneSignal.ALARM]:
            return LaneEvent.ALARM
        return LaneEvent.CLEAR if self._levels[LaneSignal.READY] else LaneEvent.NOT_READY

    def _step(self, event: LaneEvent) -> tuple[LaneEffect, ...]:
        assert event in TABLE[self.state], f"{event} cannot happen in {self.state}"
        self.state, effects = TABLE[self.state][event]
        if self.state is LaneState.LOCKED:
            # What was overlooked while somebody walked through counts as soon as the lane is at rest.
            self.state, more = TABLE[self.state][self._condition()]
            assert not more, "a lane at rest has no grant to end"
        return effects
