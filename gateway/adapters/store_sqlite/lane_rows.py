"""The rows of `lane_mode`, as they are read from a good file and saved from a damaged one."""

from collections.abc import Iterable
from typing import Any, Final

from gateway.domain.lane_mode import LaneMode, ModeOrder

SELECT_ORDERS: Final = "SELECT lane_id, mode, ordered_by, until FROM lane_mode"


def orders_in(rows: Iterable[tuple[Any, ...]]) -> dict[str, ModeOrder]:
    """What each lane was told to be; a mode that a newer program knew counts as none."""
    known = set(LaneMode)
    return {lane_id: ModeOrder(LaneMode(mode), by, until) for lane_id, mode, by, until in rows if mode in known}
