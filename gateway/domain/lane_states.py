"""The lane as one table: what it is doing, and what each thing that can happen means in each state.

A grant waits in `unlocked_*` for the rotation; only the rotation is a visit. While somebody goes through, one more
grant may wait for its turn (`queued_*`). FIRE opens the gate in hardware, ALARM and a lost READY close it for new
grants: they are observed here, never caused. A READY that drops while somebody walks through is no fault, because many
turnstiles drop it exactly then.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class LaneState(StrEnum):
    """What the lane is doing."""

    LOCKED = "locked"
    UNLOCKED_IN = "unlocked_in"
    UNLOCKED_OUT = "unlocked_out"
    PASSING_IN = "passing_in"
    PASSING_OUT = "passing_out"
    QUEUED_IN = "queued_in"
    QUEUED_OUT = "queued_out"
    SETTLING_IN = "settling_in"
    SETTLING_OUT = "settling_out"
    FORCED = "forced"
    FREE_PASSAGE = "free_passage"
    EVACUATION = "evacuation"
    JAMMED = "jammed"
    HELD = "held"
    BLOCKED = "blocked"
    FAULT = "fault"


class LaneEvent(StrEnum):
    """What can happen to a lane; the last six are its condition, as inputs and mode tell it together."""

    GRANTED_IN = "granted in"
    GRANTED_OUT = "granted out"
    ROTATED_IN = "rotated in"
    ROTATED_OUT = "rotated out"
    WALKED = "rotated a way that is free"
    OPENED = "door opened"
    ARM_HOME = "arm home"
    WINDOW_OVER = "window over"
    SETTLED = "settled"
    JAM = "contact stays active"
    HELD_OPEN = "leaf stays open"
    EVACUATE = "fire or evacuation"
    ALARM = "alarm"
    NOT_READY = "not ready"
    LOCK_DOWN = "lockdown"
    FREE = "free passage"
    CLEAR = "clear"


class LaneEffect(StrEnum):
    """What has to be done about it, in this order."""

    BEGIN_PASSAGE = "begin_passage"
    END_PASSAGE = "end_passage"
    LOCK = "lock"
    TAKE_GRANT = "take_grant"
    GIVE_UP_GRANT = "give_up_grant"
    UNLOCK_IN = "unlock_in"
    UNLOCK_OUT = "unlock_out"
    COUNT_WALK = "count_walk"
    REPORT_FORCED = "report_forced"
    REPORT_WRONG_DIRECTION = "report_wrong_direction"
    REPORT_TAILGATING = "report_tailgating"


_S, _E, _F = LaneState, LaneEvent, LaneEffect
Step = tuple[LaneState, tuple[LaneEffect, ...]]
Row = Mapping[LaneEvent, Step]

_TAKE: Final = (_F.BEGIN_PASSAGE, _F.TAKE_GRANT)
_GIVE_UP: Final = (_F.LOCK, _F.GIVE_UP_GRANT)
_LOCK: Final = (_F.LOCK,)
_COUNT: Final = (_F.COUNT_WALK,)
_FORCED: Final = (_F.REPORT_FORCED,)
_TAILGATING: Final = (_F.REPORT_TAILGATING,)
_WRONG: Final = (_F.REPORT_WRONG_DIRECTION,)

_AT_REST: Final[Row] = {
    _E.EVACUATE: (_S.EVACUATION, ()),
    _E.ALARM: (_S.BLOCKED, ()),
    _E.NOT_READY: (_S.FAULT, ()),
    _E.LOCK_DOWN: (_S.LOCKED, ()),
    _E.FREE: (_S.FREE_PASSAGE, ()),
    _E.CLEAR: (_S.LOCKED, ()),
    _E.JAM: (_S.JAMMED, ()),
    _E.HELD_OPEN: (_S.HELD, ()),
}
_UNLOCKED_AT_REST: Final[Row] = {
    **_AT_REST,
    _E.GRANTED_IN: (_S.UNLOCKED_IN, (_F.UNLOCK_IN,)),
    _E.GRANTED_OUT: (_S.UNLOCKED_OUT, (_F.UNLOCK_OUT,)),
}


def _staying(state: LaneState, *events: LaneEvent) -> dict[LaneEvent, Step]:
    return dict.fromkeys(events, (state, ()))


def _out_of_order(state: LaneState) -> Row:
    """Whoever goes through now does so without us."""
    forced = dict.fromkeys((_E.ROTATED_IN, _E.ROTATED_OUT, _E.OPENED), (state, _FORCED))
    return {**_AT_REST, **forced, **_staying(state, _E.ARM_HOME)}


def _stuck(state: LaneState, stuck: LaneEvent) -> Row:
    """Nothing but the contact's return, or an evacuation, ends it."""
    lasting = _staying(state, _E.ALARM, _E.NOT_READY, _E.LOCK_DOWN, _E.FREE, _E.CLEAR, stuck)
    return {**_out_of_order(state), **lasting, _E.ARM_HOME: (_S.LOCKED, _LOCK)}


def _waiting(here: LaneState, other: LaneState, *, is_in: bool) -> Row:
    """A grant waits for its rotation; a newer one takes its place."""
    this_way, other_way = (_E.ROTATED_IN, _E.ROTATED_OUT) if is_in else (_E.ROTATED_OUT, _E.ROTATED_IN)
    granted, turned = (_E.GRANTED_IN, _E.GRANTED_OUT) if is_in else (_E.GRANTED_OUT, _E.GRANTED_IN)
    unlock, unlock_other = (_F.UNLOCK_IN, _F.UNLOCK_OUT) if is_in else (_F.UNLOCK_OUT, _F.UNLOCK_IN)
    passing = _S.PASSING_IN if is_in else _S.PASSING_OUT
    ends = {event: (step[0], _GIVE_UP) for event, step in _AT_REST.items()}
    return {
        **ends,
        granted: (here, (_F.GIVE_UP_GRANT, unlock)),
        turned: (other, (*_GIVE_UP, unlock_other)),
        this_way: (passing, _TAKE),
        other_way: (here, _WRONG),
        _E.WALKED: (here, _COUNT),
        _E.OPENED: (passing, _TAKE),
        _E.WINDOW_OVER: (_S.LOCKED, _GIVE_UP),
        **_staying(here, _E.ARM_HOME, _E.NOT_READY, _E.FREE, _E.CLEAR),
    }


def _going_through(here: LaneState, after: LaneState) -> Row:
    """Somebody is in the lane; a grant is queued until they are out of it."""
    ends = {event: (step[0], _LOCK) for event, step in _AT_REST.items()}
    return {
        **ends,
        _E.GRANTED_IN: (_S.QUEUED_IN, ()),
        _E.GRANTED_OUT: (_S.QUEUED_OUT, ()),
        _E.ROTATED_IN: (here, _FORCED),
        _E.ROTATED_OUT: (here, _FORCED),
        _E.WALKED: (here, _COUNT),
        _E.ARM_HOME: (after, (_F.END_PASSAGE,)),
        **_staying(here, _E.OPENED, _E.NOT_READY, _E.LOCK_DOWN, _E.FREE, _E.CLEAR),
    }


def _queued(here: LaneState, unlocked: LaneState, unlock: LaneEffect) -> Row:
    """Somebody is in the lane, and the next one has been told to go; a newer grant takes the place of theirs."""
    ends = {event: (step[0], _GIVE_UP) for event, step in _AT_REST.items()}
    return {
        **_going_through(here, unlocked),
        **ends,
        _E.GRANTED_IN: (_S.QUEUED_IN, (_F.GIVE_UP_GRANT,)),
        _E.GRANTED_OUT: (_S.QUEUED_OUT, (_F.GIVE_UP_GRANT,)),
        _E.ARM_HOME: (unlocked, (_F.END_PASSAGE, unlock)),
        **_staying(here, _E.NOT_READY, _E.FREE, _E.CLEAR),
    }


def _settling(here: LaneState, *, is_in: bool) -> Row:
    """A granted passage has just ended: whoever follows now without a grant of their own is tailgating."""
    return {
        **_UNLOCKED_AT_REST,
        _E.ROTATED_IN: (_S.FORCED, _TAILGATING if is_in else _FORCED),
        _E.ROTATED_OUT: (_S.FORCED, _FORCED if is_in else _TAILGATING),
        _E.OPENED: (_S.FORCED, _TAILGATING),
        _E.SETTLED: (_S.LOCKED, ()),
        **_staying(here, _E.ARM_HOME, _E.LOCK_DOWN, _E.CLEAR),
    }


# A pair that is missing is in IMPOSSIBLE. Whatever the hardware may say is present in every state.
TABLE: Final[Mapping[LaneState, Row]] = {
    _S.LOCKED: {
        **_UNLOCKED_AT_REST,
        _E.ROTATED_IN: (_S.FORCED, _FORCED),
        _E.ROTATED_OUT: (_S.FORCED, _FORCED),
        _E.OPENED: (_S.FORCED, _FORCED),
        _E.ARM_HOME: (_S.LOCKED, ()),
    },
    _S.UNLOCKED_IN: _waiting(_S.UNLOCKED_IN, _S.UNLOCKED_OUT, is_in=True),
    _S.UNLOCKED_OUT: _waiting(_S.UNLOCKED_OUT, _S.UNLOCKED_IN, is_in=False),
    _S.PASSING_IN: {
        **_going_through(_S.PASSING_IN, _S.SETTLING_IN),
        _E.ROTATED_IN: (_S.PASSING_IN, _TAILGATING),
    },
    _S.PASSING_OUT: {
        **_going_through(_S.PASSING_OUT, _S.SETTLING_OUT),
        _E.ROTATED_OUT: (_S.PASSING_OUT, _TAILGATING),
    },
    _S.QUEUED_IN: _queued(_S.QUEUED_IN, _S.UNLOCKED_IN, _F.UNLOCK_IN),
    _S.QUEUED_OUT: _queued(_S.QUEUED_OUT, _S.UNLOCKED_OUT, _F.UNLOCK_OUT),
    _S.SETTLING_IN: _settling(_S.SETTLING_IN, is_in=True),
    _S.SETTLING_OUT: _settling(_S.SETTLING_OUT, is_in=False),
    _S.FORCED: _going_through(_S.FORCED, _S.LOCKED),
    _S.FREE_PASSAGE: {
        **_UNLOCKED_AT_REST,
        _E.ROTATED_IN: (_S.FORCED, _FORCED),
        _E.ROTATED_OUT: (_S.FORCED, _FORCED),
        _E.WALKED: (_S.FREE_PASSAGE, _COUNT),
        **_staying(_S.FREE_PASSAGE, _E.OPENED, _E.ARM_HOME, _E.HELD_OPEN),
    },
    _S.EVACUATION: {
        **_AT_REST,
        _E.WALKED: (_S.EVACUATION, _COUNT),
        **_staying(_S.EVACUATION, _E.OPENED, _E.ARM_HOME, _E.JAM, _E.HELD_OPEN),
    },
    _S.JAMMED: _stuck(_S.JAMMED, _E.JAM),
    _S.HELD: _stuck(_S.HELD, _E.HELD_OPEN),
    _S.BLOCKED: _out_of_order(_S.BLOCKED),
    _S.FAULT: _out_of_order(_S.FAULT),
}

OUT_OF_ORDER: Final = frozenset({_S.EVACUATION, _S.JAMMED, _S.HELD, _S.BLOCKED, _S.FAULT})
"""States in which no grant is given."""

NOTHING_HELD: Final = frozenset({_S.LOCKED, _S.SETTLING_IN, _S.SETTLING_OUT, _S.JAMMED, _S.HELD, _S.BLOCKED, _S.FAULT})
"""States in which the mode leaves no way open, whatever it is."""

AT_REST: Final = frozenset({_S.LOCKED, _S.SETTLING_IN, _S.SETTLING_OUT})
"""States in which what was overlooked while somebody went through counts at once."""

_GRANTS: Final = frozenset({_E.GRANTED_IN, _E.GRANTED_OUT})
_NO_TIMER: Final = frozenset({_E.WINDOW_OVER, _E.SETTLED})

IMPOSSIBLE: Final[Mapping[LaneState, frozenset[LaneEvent]]] = {
    # The caller asks for the lane's condition before it grants. A timer runs only in the state that began it. A way is
    # free only where the mode's ways are held open, and in an evacuation every way is.
    state: (_GRANTS if state in OUT_OF_ORDER else frozenset())
    | _NO_TIMER.difference({_E.WINDOW_OVER} if state in {_S.UNLOCKED_IN, _S.UNLOCKED_OUT} else ()).difference(
        {_E.SETTLED} if state in {_S.SETTLING_IN, _S.SETTLING_OUT} else ()
    )
    | (frozenset({_E.WALKED}) if state in NOTHING_HELD else frozenset())
    | (frozenset({_E.ROTATED_IN, _E.ROTATED_OUT}) if state is _S.EVACUATION else frozenset())
    for state in _S
}
