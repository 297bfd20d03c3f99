"""What a heartbeat says of lanes: those that are not as ever."""

import pytest

from gateway.domain.lane_mode import LaneMode
from gateway.domain.lane_states import LaneState
from gateway.service.lane_health import find_unusual
from gateway.service.status_records import LaneStatus
from sync_protocol.messages import LaneHealth


@pytest.mark.parametrize("state", [LaneState.LOCKED, LaneState.PASSING_IN, LaneState.UNLOCKED_OUT, LaneState.FORCED])
def test_a_lane_at_work_is_not_told(state: LaneState) -> None:
    assert find_unusual([LaneStatus("lan_a", "Lane 1", state)]) == ()


@pytest.mark.parametrize(
    ("state", "trouble"),
    [
        (LaneState.EVACUATION, "fire"),
        (LaneState.BLOCKED, "alarm"),
        (LaneState.FAULT, "fault"),
        (LaneState.JAMMED, "jam"),
        (LaneState.HELD, "held"),
    ],
)
def test_a_lane_in_trouble_is_told_with_the_word_of_its_event(state: LaneState, trouble: str) -> None:
    assert find_unusual([LaneStatus("lan_a", "Lane 1", state)]) == (LaneHealth("lan_a", trouble),)


def test_what_a_lane_was_told_to_be_is_told_with_its_end() -> None:
    lanes = [
        LaneStatus("lan_a", "Lane 1", LaneState.FREE_PASSAGE, LaneMode.FREE_PASSAGE, 1_795_000_000),
        LaneStatus("lan_b", "Lane 2", LaneState.EVACUATION, LaneMode.EVACUATION),
        LaneStatus("lan_c", "Lane 3", LaneState.JAMMED, LaneMode.LOCKDOWN),
        LaneStatus("lan_d", "Lane 4", LaneState.LOCKED),
    ]
    assert find_unusual(lanes) == (
        LaneHealth("lan_a", "", "free_passage", 1_795_000_000),
        LaneHealth("lan_b", "", "evacuation"),
        LaneHealth("lan_c", "jam", "lockdown"),
    )
