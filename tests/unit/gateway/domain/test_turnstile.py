"""The lane's state: grants, rotations, modes, and what the hardware does by itself."""

import pytest

from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.domain.lane_mode import BOTH_WAYS, LaneMode
from gateway.domain.lane_states import LaneEffect, LaneState
from gateway.domain.turnstile import Turnstile

TAKEN = (LaneEffect.BEGIN_PASSAGE, LaneEffect.TAKE_GRANT)
GIVEN_UP = (LaneEffect.LOCK, LaneEffect.GIVE_UP_GRANT)


def see(turnstile: Turnstile, signal: LaneSignal, *, is_active: bool = True) -> tuple[LaneEffect, ...]:
    return turnstile.observe(LaneInput(signal, is_active))


def pass_through(turnstile: Turnstile, signal: LaneSignal = LaneSignal.ROTATION_IN) -> tuple[LaneEffect, ...]:
    return see(turnstile, signal) + see(turnstile, signal, is_active=False)


def state_of(turnstile: Turnstile) -> LaneState:
    return turnstile.state


def test_a_grant_unlocks_and_its_rotation_takes_it() -> None:
    turnstile = Turnstile()
    assert turnstile.grant("in") == (LaneEffect.UNLOCK_IN,)
    assert see(turnstile, LaneSignal.ROTATION_IN) == TAKEN
    assert state_of(turnstile) is LaneState.PASSING_IN
    assert see(turnstile, LaneSignal.ROTATION_IN, is_active=False) == (LaneEffect.END_PASSAGE,)
    assert state_of(turnstile) is LaneState.SETTLING_IN
    turnstile.settle()
    assert state_of(turnstile) is LaneState.LOCKED


def test_a_window_that_ends_gives_the_grant_up() -> None:
    turnstile = Turnstile()
    turnstile.grant("out")
    assert turnstile.end_window() == GIVEN_UP
    assert state_of(turnstile) is LaneState.LOCKED


def test_a_rotation_at_rest_without_grant_is_forced() -> None:
    turnstile = Turnstile()
    assert see(turnstile, LaneSignal.ROTATION_OUT) == (LaneEffect.REPORT_FORCED,)
    assert state_of(turnstile) is LaneState.FORCED
    assert see(turnstile, LaneSignal.ROTATION_OUT, is_active=False) == (LaneEffect.END_PASSAGE,)
    assert state_of(turnstile) is LaneState.LOCKED


def test_a_rotation_against_the_grant_is_reported_and_keeps_the_grant() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    assert see(turnstile, LaneSignal.ROTATION_OUT) == (LaneEffect.REPORT_WRONG_DIRECTION,)
    assert state_of(turnstile) is LaneState.UNLOCKED_IN


@pytest.mark.parametrize(
    ("signal", "report"),
    [
        (LaneSignal.ROTATION_IN, LaneEffect.REPORT_TAILGATING),
        (LaneSignal.ROTATION_OUT, LaneEffect.REPORT_FORCED),
    ],
)
def test_whoever_follows_a_granted_passage_the_same_way_is_tailgating(signal: LaneSignal, report: LaneEffect) -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    pass_through(turnstile)
    assert see(turnstile, signal) == (report,)


def test_who_was_granted_right_behind_a_passage_is_not_tailgating() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    pass_through(turnstile)
    assert turnstile.condition_for("in", is_same_holder=False) == "free"
    assert turnstile.grant("in") == (LaneEffect.UNLOCK_IN,)
    assert see(turnstile, LaneSignal.ROTATION_IN) == TAKEN


def test_the_same_holder_may_tap_again_in_the_same_direction_only() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    assert turnstile.condition_for("in", is_same_holder=True) == "free"
    assert turnstile.condition_for("in", is_same_holder=False) == "busy"
    assert turnstile.condition_for("out", is_same_holder=True) == "busy"
    assert turnstile.grant("in") == (LaneEffect.GIVE_UP_GRANT, LaneEffect.UNLOCK_IN)


def test_while_one_passes_one_more_is_granted_and_let_through_afterwards() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    see(turnstile, LaneSignal.ROTATION_IN)
    assert turnstile.condition_for("out", is_same_holder=False) == "free"
    assert turnstile.grant("out") == ()
    assert turnstile.condition_for("in", is_same_holder=False) == "busy"
    ended = see(turnstile, LaneSignal.ROTATION_IN, is_active=False)
    assert ended == (LaneEffect.END_PASSAGE, LaneEffect.UNLOCK_OUT)
    assert see(turnstile, LaneSignal.ROTATION_OUT) == TAKEN


def test_a_locked_lane_lets_people_out_as_ever_and_a_lockdown_nobody() -> None:
    turnstile = Turnstile()
    turnstile.change_mode(LaneMode.LOCKED)
    assert turnstile.condition_for("in", is_same_holder=False) == "locked"
    assert turnstile.condition_for("out", is_same_holder=False) == "free"
    turnstile.grant("out")
    assert turnstile.condition_for("out", is_same_holder=False) == "busy"
    assert turnstile.condition_for("in", is_same_holder=False) == "locked"
    turnstile.change_mode(LaneMode.LOCKDOWN)
    assert turnstile.condition_for("out", is_same_holder=False) == "lockdown"


def test_the_arm_is_home_when_both_contacts_are() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    see(turnstile, LaneSignal.ROTATION_IN)
    see(turnstile, LaneSignal.ROTATION_OUT)
    assert see(turnstile, LaneSignal.ROTATION_IN, is_active=False) == ()
    assert see(turnstile, LaneSignal.ROTATION_OUT, is_active=False) == (LaneEffect.END_PASSAGE,)


@pytest.mark.parametrize(
    ("signal", "state"), [(LaneSignal.FIRE, LaneState.EVACUATION), (LaneSignal.ALARM, LaneState.BLOCKED)]
)
def test_fire_and_alarm_end_a_waiting_grant(signal: LaneSignal, state: LaneState) -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    assert see(turnstile, signal) == GIVEN_UP
    assert state_of(turnstile) is state
    assert turnstile.condition_for("in", is_same_holder=True) == "not_ready"
    see(turnstile, signal, is_active=False)
    assert state_of(turnstile) is LaneState.LOCKED


def test_fire_outweighs_alarm_and_alarm_a_lost_ready_and_both_every_mode() -> None:
    turnstile = Turnstile()
    turnstile.change_mode(LaneMode.LOCKDOWN)
    see(turnstile, LaneSignal.READY, is_active=False)
    see(turnstile, LaneSignal.ALARM)
    see(turnstile, LaneSignal.FIRE)
    states = [turnstile.state]
    for signal in (LaneSignal.FIRE, LaneSignal.ALARM):
        see(turnstile, signal, is_active=False)
        states.append(turnstile.state)
    assert states == [LaneState.EVACUATION, LaneState.BLOCKED, LaneState.FAULT]


def test_a_ready_that_drops_during_the_passage_is_a_fault_only_when_it_stays_away() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    see(turnstile, LaneSignal.READY, is_active=False)
    assert state_of(turnstile) is LaneState.UNLOCKED_IN
    pass_through(turnstile)
    assert state_of(turnstile) is LaneState.FAULT
    see(turnstile, LaneSignal.READY)
    assert state_of(turnstile) is LaneState.LOCKED


def test_a_contact_that_stays_active_jams_the_lane_until_it_is_home() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    see(turnstile, LaneSignal.ROTATION_IN)
    turnstile.grant("in")
    assert turnstile.report_stuck() == GIVEN_UP
    assert state_of(turnstile) is LaneState.JAMMED
    see(turnstile, LaneSignal.ALARM)
    see(turnstile, LaneSignal.ALARM, is_active=False)
    assert state_of(turnstile) is LaneState.JAMMED
    see(turnstile, LaneSignal.ROTATION_IN, is_active=False)
    assert state_of(turnstile) is LaneState.LOCKED


def test_a_leaf_that_stays_open_is_held_until_it_shuts() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    see(turnstile, LaneSignal.OPEN)
    pass_through(turnstile)
    assert state_of(turnstile) is LaneState.PASSING_IN
    turnstile.report_stuck()
    assert state_of(turnstile) is LaneState.HELD
    see(turnstile, LaneSignal.OPEN, is_active=False)
    assert state_of(turnstile) is LaneState.LOCKED


def test_a_door_without_passage_contacts_is_passed_when_it_opens() -> None:
    door = Turnstile("opening")
    door.grant("out")
    assert see(door, LaneSignal.OPEN) == TAKEN
    see(door, LaneSignal.OPEN, is_active=False)
    door.settle()
    assert see(door, LaneSignal.OPEN) == (LaneEffect.REPORT_FORCED,)


def test_a_locked_lane_answers_locked_and_yet_takes_a_grant() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    assert turnstile.change_mode(LaneMode.LOCKED) == ()
    assert turnstile.condition_for("in", is_same_holder=True) == "locked"
    assert turnstile.grant("out") == (*GIVEN_UP, LaneEffect.UNLOCK_OUT)


def test_a_lockdown_takes_a_waiting_grant_back_and_lets_an_emergency_through() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    assert turnstile.change_mode(LaneMode.LOCKDOWN) == GIVEN_UP
    assert turnstile.condition_for("in", is_same_holder=False) == "lockdown"
    assert turnstile.grant("in") == (LaneEffect.UNLOCK_IN,)


def test_in_free_passage_a_rotation_is_counted_and_a_tap_makes_the_next_one_a_visit() -> None:
    turnstile = Turnstile()
    turnstile.change_mode(LaneMode.FREE_PASSAGE_IN)
    assert state_of(turnstile) is LaneState.FREE_PASSAGE
    assert turnstile.held_open == {"in"}
    assert pass_through(turnstile) == (LaneEffect.COUNT_WALK,)
    turnstile.grant("in")
    assert see(turnstile, LaneSignal.ROTATION_IN) == TAKEN
    assert turnstile.held_open == {"in"}
    see(turnstile, LaneSignal.ROTATION_IN, is_active=False)
    assert state_of(turnstile) is LaneState.FREE_PASSAGE
    assert see(turnstile, LaneSignal.ROTATION_OUT) == (LaneEffect.REPORT_FORCED,)


def test_an_evacuation_holds_both_ways_open_until_it_is_ended() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    assert turnstile.change_mode(LaneMode.EVACUATION) == GIVEN_UP
    assert turnstile.held_open == BOTH_WAYS
    see(turnstile, LaneSignal.ALARM)
    assert state_of(turnstile) is LaneState.EVACUATION
    assert pass_through(turnstile, LaneSignal.ROTATION_OUT) == (LaneEffect.COUNT_WALK,)
    turnstile.change_mode(LaneMode.NORMAL)
    assert state_of(turnstile) is LaneState.BLOCKED
    assert turnstile.held_open == frozenset()


def test_a_fault_in_free_passage_closes_the_way_until_it_is_gone() -> None:
    turnstile = Turnstile()
    turnstile.change_mode(LaneMode.FREE_PASSAGE)
    see(turnstile, LaneSignal.READY, is_active=False)
    assert turnstile.held_open == frozenset()
    see(turnstile, LaneSignal.READY)
    assert turnstile.held_open == BOTH_WAYS


def test_a_repeated_level_means_nothing() -> None:
    turnstile = Turnstile()
    see(turnstile, LaneSignal.ROTATION_IN)
    assert see(turnstile, LaneSignal.ROTATION_IN) == ()


def test_a_grant_to_a_lane_that_is_out_of_order_is_a_bug() -> None:
    turnstile = Turnstile()
    see(turnstile, LaneSignal.FIRE)
    with pytest.raises(AssertionError):
        turnstile.grant("in")
