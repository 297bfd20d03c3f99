"""The lane's table: grants, rotations, and what the hardware does by itself."""

import pytest

from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.domain.turnstile import TABLE, LaneEffect, LaneEvent, LaneState, Turnstile

HARDWARE = {
    LaneEvent.ROTATED_IN,
    LaneEvent.ROTATED_OUT,
    LaneEvent.ARM_HOME,
    LaneEvent.FIRE,
    LaneEvent.ALARM,
    LaneEvent.NOT_READY,
    LaneEvent.CLEAR,
}


def see(turnstile: Turnstile, signal: LaneSignal, *, is_active: bool = True) -> tuple[LaneEffect, ...]:
    return turnstile.observe(LaneInput(signal, is_active))


def state_of(turnstile: Turnstile) -> LaneState:
    return turnstile.state


@pytest.mark.parametrize("state", list(LaneState))
def test_whatever_the_hardware_says_has_a_meaning_in_every_state(state: LaneState) -> None:
    assert set(TABLE[state]) >= HARDWARE


def test_only_a_grant_unlocks() -> None:
    unlocking = {LaneEffect.UNLOCK_IN, LaneEffect.UNLOCK_OUT}
    events = {event for row in TABLE.values() for event, (_, effects) in row.items() if unlocking & set(effects)}
    assert events == {LaneEvent.GRANTED_IN, LaneEvent.GRANTED_OUT}


def test_a_grant_unlocks_and_its_rotation_takes_it_and_locks() -> None:
    turnstile = Turnstile()
    assert turnstile.grant("in") == (LaneEffect.UNLOCK_IN,)
    assert see(turnstile, LaneSignal.ROTATION_IN) == (LaneEffect.LOCK, LaneEffect.TAKE_GRANT)
    assert state_of(turnstile) is LaneState.PASSING
    assert see(turnstile, LaneSignal.ROTATION_IN, is_active=False) == ()
    assert state_of(turnstile) is LaneState.LOCKED


def test_a_window_that_ends_gives_the_grant_up() -> None:
    turnstile = Turnstile()
    turnstile.grant("out")
    assert turnstile.end_window() == (LaneEffect.LOCK, LaneEffect.GIVE_UP_GRANT)
    assert state_of(turnstile) is LaneState.LOCKED


def test_a_rotation_without_grant_is_reported() -> None:
    assert see(Turnstile(), LaneSignal.ROTATION_OUT) == (LaneEffect.REPORT_FORCED,)


def test_a_rotation_the_wrong_way_is_reported_and_keeps_the_grant() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    assert see(turnstile, LaneSignal.ROTATION_OUT) == (LaneEffect.REPORT_FORCED,)
    assert state_of(turnstile) is LaneState.UNLOCKED_IN


def test_the_same_holder_may_tap_again_in_the_same_direction_only() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    assert turnstile.condition_for("in", is_same_holder=True) == "free"
    assert turnstile.condition_for("in", is_same_holder=False) == "busy"
    assert turnstile.condition_for("out", is_same_holder=True) == "busy"
    assert turnstile.grant("in") == (LaneEffect.GIVE_UP_GRANT, LaneEffect.UNLOCK_IN)


def test_while_one_passes_the_next_may_be_granted_at_once() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    see(turnstile, LaneSignal.ROTATION_IN)
    assert turnstile.condition_for("in", is_same_holder=False) == "free"
    assert turnstile.grant("in") == (LaneEffect.UNLOCK_IN,)
    assert see(turnstile, LaneSignal.ROTATION_IN, is_active=False) == ()
    assert LaneEffect.TAKE_GRANT in see(turnstile, LaneSignal.ROTATION_IN)


@pytest.mark.parametrize(
    ("signal", "state"), [(LaneSignal.FIRE, LaneState.FREE_PASSAGE), (LaneSignal.ALARM, LaneState.BLOCKED)]
)
def test_fire_and_alarm_end_a_waiting_grant(signal: LaneSignal, state: LaneState) -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    assert see(turnstile, signal) == (LaneEffect.LOCK, LaneEffect.GIVE_UP_GRANT)
    assert state_of(turnstile) is state
    assert turnstile.condition_for("in", is_same_holder=True) == "not_ready"
    see(turnstile, signal, is_active=False)
    assert state_of(turnstile) is LaneState.LOCKED


def test_fire_outweighs_alarm_and_alarm_a_lost_ready() -> None:
    turnstile = Turnstile()
    see(turnstile, LaneSignal.READY, is_active=False)
    see(turnstile, LaneSignal.ALARM)
    see(turnstile, LaneSignal.FIRE)
    states = [turnstile.state]
    see(turnstile, LaneSignal.FIRE, is_active=False)
    states.append(turnstile.state)
    see(turnstile, LaneSignal.ALARM, is_active=False)
    states.append(turnstile.state)
    assert states == [LaneState.FREE_PASSAGE, LaneState.BLOCKED, LaneState.FAULT]


def test_a_ready_that_drops_during_the_passage_is_a_fault_only_when_it_stays_away() -> None:
    turnstile = Turnstile()
    turnstile.grant("in")
    see(turnstile, LaneSignal.READY, is_active=False)
    assert state_of(turnstile) is LaneState.UNLOCKED_IN
    see(turnstile, LaneSignal.ROTATION_IN)
    see(turnstile, LaneSignal.ROTATION_IN, is_active=False)
    assert state_of(turnstile) is LaneState.FAULT
    see(turnstile, LaneSignal.READY)
    assert state_of(turnstile) is LaneState.LOCKED


def test_a_repeated_level_means_nothing() -> None:
    turnstile = Turnstile()
    see(turnstile, LaneSignal.ROTATION_IN)
    assert see(turnstile, LaneSignal.ROTATION_IN) == ()


def test_a_grant_to_a_lane_that_is_not_free_is_a_bug() -> None:
    turnstile = Turnstile()
    see(turnstile, LaneSignal.FIRE)
    with pytest.raises(AssertionError):
        turnstile.grant("in")
