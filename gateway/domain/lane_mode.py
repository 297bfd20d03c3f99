"""What staff have told a lane to be, for as long as they want: apart from what it is doing at the moment.

What counts is, in this order: FIRE, evacuation, a fault of the hardware, lockdown, locked, free passage, normal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.domain.access_point import Direction


class LaneMode(StrEnum):
    """`locked`: in, staff alone may pass; out, everybody as ever. `lockdown`: nobody but emergency credentials.
    `evacuation`: open both ways.
    """

    NORMAL = "normal"
    FREE_PASSAGE_IN = "free_passage_in"
    FREE_PASSAGE_OUT = "free_passage_out"
    FREE_PASSAGE = "free_passage"
    LOCKED = "locked"
    LOCKDOWN = "lockdown"
    EVACUATION = "evacuation"


BOTH_WAYS: Final[frozenset[Direction]] = frozenset(("in", "out"))

FREE_WAYS: Final[Mapping[LaneMode, frozenset[Direction]]] = {
    LaneMode.NORMAL: frozenset(),
    LaneMode.FREE_PASSAGE_IN: frozenset(("in",)),
    LaneMode.FREE_PASSAGE_OUT: frozenset(("out",)),
    LaneMode.FREE_PASSAGE: BOTH_WAYS,
    LaneMode.LOCKED: frozenset(),
    LaneMode.LOCKDOWN: frozenset(),
    LaneMode.EVACUATION: BOTH_WAYS,
}
"""The directions that each mode leaves open."""


@dataclass(frozen=True, slots=True)
class ModeOrder:
    """A mode, who asked for it, and until when (UTC seconds); None: until it is changed."""

    mode: LaneMode = LaneMode.NORMAL
    by: str = ""
    until: int | None = None

    def is_over(self, now_s: int) -> bool:
        """Whether its time has come."""
        return self.until is not None and now_s >= self.until


def order_after_restart(order: ModeOrder, now_s: int, *, is_clock_trusted: bool) -> ModeOrder | None:
    """The order that goes on holding after a restart; None: it does not, the lane is normal.

    An evacuation stays until somebody ends it: the safe side for life. A free passage with an end is over when the
    clock cannot tell whether it is: the safe side for the house. What closes the lane stays closed in such doubt.
    """
    if order.mode is LaneMode.EVACUATION:
        return ModeOrder(order.mode, order.by)
    opens_way = bool(FREE_WAYS[order.mode])
    is_unknown = order.until is not None and not is_clock_trusted and opens_way
    return None if is_unknown or order.is_over(now_s) else order
