"""What a heartbeat says of the lanes: those alone that are not as on any other day."""

from collections.abc import Iterable
from typing import Final

from gateway.domain.lane_mode import LaneMode
from gateway.domain.lane_states import LaneState
from gateway.service.status_records import LaneStatus
from sync_protocol.messages import LaneHealth

_TROUBLES: Final = {
    LaneState.BLOCKED: "alarm",
    LaneState.FAULT: "fault",
    LaneState.JAMMED: "jam",
    LaneState.HELD: "held",
}


def find_unusual(lanes: Iterable[LaneStatus]) -> tuple[LaneHealth, ...]:
    """The lanes in trouble, and those that were told to be something."""
    told = (LaneHealth(lane.lane_id, _trouble(lane), lane.mode, lane.mode_until) for lane in lanes)
    return tuple(lane for lane in told if lane.trouble or lane.mode != LaneMode.NORMAL)


def _trouble(lane: LaneStatus) -> str:
    if lane.state is LaneState.EVACUATION:
        # Ordered, it is a mode; else it is FIRE.
        return "" if lane.mode is LaneMode.EVACUATION else "fire"
    return _TROUBLES.get(lane.state, "")
