"""The lane's table: complete, and true to a few laws that can be read off it."""

import pytest

from gateway.domain.lane_states import AT_REST, IMPOSSIBLE, OUT_OF_ORDER, TABLE, LaneEffect, LaneEvent, LaneState

UNLOCKING = {LaneEffect.UNLOCK_IN, LaneEffect.UNLOCK_OUT}
WAITING = {LaneState.UNLOCKED_IN, LaneState.UNLOCKED_OUT, LaneState.QUEUED_IN, LaneState.QUEUED_OUT}


@pytest.mark.parametrize("state", list(LaneState))
def test_every_event_has_a_meaning_or_is_named_as_impossible(state: LaneState) -> None:
    assert set(TABLE[state]) | IMPOSSIBLE[state] == set(LaneEvent)
    assert not set(TABLE[state]) & IMPOSSIBLE[state]


def test_only_a_grant_or_the_end_of_the_passage_before_it_unlocks() -> None:
    unlocking = {
        (state, event) for state, row in TABLE.items() for event, (_, effects) in row.items() if UNLOCKING & {*effects}
    }
    assert {event for _, event in unlocking} == {LaneEvent.GRANTED_IN, LaneEvent.GRANTED_OUT, LaneEvent.ARM_HOME}
    queued = {state for state, event in unlocking if event is LaneEvent.ARM_HOME}
    assert queued == {LaneState.QUEUED_IN, LaneState.QUEUED_OUT}


def test_a_grant_waits_in_four_states_and_none_is_ever_forgotten_or_doubled() -> None:
    for state, row in TABLE.items():
        for event, (following, effects) in row.items():
            begun = event in {LaneEvent.GRANTED_IN, LaneEvent.GRANTED_OUT}
            ended = sum(effect in {LaneEffect.TAKE_GRANT, LaneEffect.GIVE_UP_GRANT} for effect in effects)
            assert (state in WAITING) + begun - ended == (following in WAITING), (state, event)


def test_only_a_rotation_or_an_opening_takes_a_grant() -> None:
    taking = {
        event for row in TABLE.values() for event, (_, effects) in row.items() if LaneEffect.TAKE_GRANT in effects
    }
    assert taking == {LaneEvent.ROTATED_IN, LaneEvent.ROTATED_OUT, LaneEvent.OPENED}


def test_an_evacuation_is_reached_from_everywhere() -> None:
    assert {row[LaneEvent.EVACUATE][0] for row in TABLE.values()} == {LaneState.EVACUATION}


def test_no_grant_is_given_to_a_lane_that_is_out_of_order() -> None:
    for state in LaneState:
        is_refused = {LaneEvent.GRANTED_IN, LaneEvent.GRANTED_OUT} <= IMPOSSIBLE[state]
        assert is_refused == (state in OUT_OF_ORDER)


def test_what_a_lane_at_rest_meets_ends_no_grant() -> None:
    for state in AT_REST:
        assert all(not effects for event, (_, effects) in TABLE[state].items() if event in list(LaneEvent)[-6:])
