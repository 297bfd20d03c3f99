"""Laws of the lane, over any order of taps, inputs and ends of windows."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.access_point import Direction
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.domain.lane_mode import LaneMode
from gateway.domain.lane_states import OUT_OF_ORDER, LaneEffect, LaneState
from gateway.domain.turnstile import PassageSign, Turnstile

UNLOCKED = {LaneState.UNLOCKED_IN, LaneState.UNLOCKED_OUT}
QUEUED = {LaneState.QUEUED_IN, LaneState.QUEUED_OUT}
SETTLING = {LaneState.SETTLING_IN, LaneState.SETTLING_OUT}
UNLOCKING = {LaneEffect.UNLOCK_IN, LaneEffect.UNLOCK_OUT}
ENDING = {LaneEffect.TAKE_GRANT, LaneEffect.GIVE_UP_GRANT}

inputs = st.builds(LaneInput, st.sampled_from(LaneSignal), st.booleans())
taps = st.sampled_from(["in", "out"])
times = st.sampled_from(["window over", "settled", "stuck"])
steps = st.lists(st.one_of(inputs, taps, times, st.sampled_from(LaneMode)), max_size=60)
signs = st.sampled_from(["rotation", "opening"])


class Lane:
    """A turnstile; a tap is given whatever the mode is, as to an emergency, and a time ends only where it runs."""

    def __init__(self, sign: PassageSign = "rotation") -> None:
        self.turnstile = Turnstile(sign)

    def step(self, step: object) -> tuple[LaneEffect, ...]:
        state = self.turnstile.state
        match step:
            case LaneInput():
                return self.turnstile.observe(step)
            case LaneMode():
                return self.turnstile.change_mode(step)
            case "window over":
                return self.turnstile.end_window() if state in UNLOCKED else ()
            case "settled":
                return self.turnstile.settle() if state in SETTLING else ()
            case "stuck":
                return self.turnstile.report_stuck() if self.turnstile.active_contact else ()
        direction: Direction = "in" if step == "in" else "out"
        return () if state in OUT_OF_ORDER else self.turnstile.grant(direction)


@given(steps, signs)
def test_every_grant_ends_once_and_at_most_one_waits(plan: list[object], sign: PassageSign) -> None:
    lane = Lane(sign)
    waiting = 0
    for step in plan:
        was_in_order = lane.turnstile.state not in OUT_OF_ORDER
        effects = lane.step(step)
        waiting += (step in {"in", "out"} and was_in_order) - len(ENDING & set(effects))
        assert waiting == (lane.turnstile.state in UNLOCKED | QUEUED)


@given(steps)
def test_nothing_but_a_tap_unlocks_at_once_or_when_its_turn_comes(plan: list[object]) -> None:
    lane = Lane()
    for step in plan:
        was_queued = lane.turnstile.state in QUEUED
        unlocks = UNLOCKING & set(lane.step(step))
        assert not unlocks or step in {"in", "out"} or was_queued


@given(steps)
def test_a_way_is_held_open_only_by_a_mode_or_by_fire(plan: list[object]) -> None:
    lane = Lane()
    is_burning = False
    for step in plan:
        lane.step(step)
        if isinstance(step, LaneInput) and step.signal is LaneSignal.FIRE:
            is_burning = step.is_active
        closed = lane.turnstile.mode in {LaneMode.NORMAL, LaneMode.LOCKED, LaneMode.LOCKDOWN}
        assert not closed or is_burning or not lane.turnstile.held_open


@given(steps)
def test_while_it_burns_or_is_evacuated_both_ways_are_open_and_no_tap_is_granted(plan: list[object]) -> None:
    lane = Lane()
    is_burning = False
    for step in plan:
        if isinstance(step, LaneInput) and step.signal is LaneSignal.FIRE:
            is_burning = step.is_active
        lane.step(step)
        is_evacuated = is_burning or lane.turnstile.mode is LaneMode.EVACUATION
        assert is_evacuated == (lane.turnstile.state is LaneState.EVACUATION)
        assert not is_evacuated or lane.turnstile.condition_for("in", is_same_holder=True) == "not_ready"


@given(steps)
def test_in_a_lockdown_only_who_is_let_through_all_the_same_has_a_grant(plan: list[object]) -> None:
    lane = Lane()
    for step in plan:
        lane.step(step)
        if step is LaneMode.LOCKDOWN:
            assert lane.turnstile.state not in UNLOCKED | QUEUED


@given(steps)
def test_a_lane_whose_inputs_are_quiet_again_comes_to_rest(plan: list[object]) -> None:
    lane = Lane()
    for step in plan:
        lane.step(step)
    lane.step(LaneMode.NORMAL)
    for signal in LaneSignal:
        lane.step(LaneInput(signal, signal is LaneSignal.READY))
    lane.step("window over")
    lane.step(LaneInput(LaneSignal.ROTATION_IN, is_active=True))
    lane.step(LaneInput(LaneSignal.ROTATION_IN, is_active=False))
    lane.step("settled")
    assert lane.turnstile.state is LaneState.LOCKED
