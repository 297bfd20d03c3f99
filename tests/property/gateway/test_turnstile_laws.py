"""Laws of the lane, over any order of taps, inputs and ends of windows."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.access_point import Direction
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.domain.turnstile import LaneEffect, LaneState, Turnstile

UNLOCKED = {LaneState.UNLOCKED_IN, LaneState.UNLOCKED_OUT}

inputs = st.builds(LaneInput, st.sampled_from(LaneSignal), st.booleans())
taps = st.sampled_from(["in", "out"])
steps = st.lists(st.one_of(inputs, taps, st.just("window over")), max_size=60)


class Lane:
    """A turnstile and how many grants it holds; taps are given only when the lane is free, as the gateway does."""

    def __init__(self) -> None:
        self.turnstile = Turnstile()
        self.grants = 0

    def step(self, step: object) -> tuple[LaneEffect, ...]:
        if isinstance(step, LaneInput):
            return self.turnstile.observe(step)
        if step == "window over":
            return self.turnstile.end_window() if self.turnstile.state in UNLOCKED else ()
        direction: Direction = "in" if step == "in" else "out"
        is_free = self.turnstile.condition_for(direction, is_same_holder=True) == "free"
        return self.turnstile.grant(direction) if is_free else ()


@given(steps)
def test_every_grant_ends_once_and_only_a_waiting_grant_is_taken(plan: list[object]) -> None:
    lane = Lane()
    waiting = 0
    for step in plan:
        effects = lane.step(step)
        ended = sum(effect in {LaneEffect.TAKE_GRANT, LaneEffect.GIVE_UP_GRANT} for effect in effects)
        begun = sum(effect in {LaneEffect.UNLOCK_IN, LaneEffect.UNLOCK_OUT} for effect in effects)
        waiting += begun - ended
        assert waiting == (lane.turnstile.state in UNLOCKED)


@given(steps)
def test_nothing_but_a_tap_unlocks(plan: list[object]) -> None:
    lane = Lane()
    for step in plan:
        unlocks = {LaneEffect.UNLOCK_IN, LaneEffect.UNLOCK_OUT} & set(lane.step(step))
        assert not unlocks or step in {"in", "out"}


@given(steps)
def test_while_the_fire_input_is_active_no_tap_is_granted(plan: list[object]) -> None:
    lane = Lane()
    is_burning = False
    for step in plan:
        if isinstance(step, LaneInput) and step.signal is LaneSignal.FIRE:
            is_burning = step.is_active
        lane.step(step)
        assert not is_burning or lane.turnstile.state is LaneState.FREE_PASSAGE


@given(steps)
def test_a_lane_whose_inputs_are_quiet_again_comes_to_rest(plan: list[object]) -> None:
    lane = Lane()
    for step in plan:
        lane.step(step)
    for signal in LaneSignal:
        lane.step(LaneInput(signal, signal is LaneSignal.READY))
    lane.step("window over")
    lane.step(LaneInput(LaneSignal.ROTATION_IN, is_active=True))
    lane.step(LaneInput(LaneSignal.ROTATION_IN, is_active=False))
    assert lane.turnstile.state is LaneState.LOCKED
