"""What a decision depends on besides the state in force: the circumstances of the tap.

They are plain values: recorded with the event, they let anybody come to the same decision later.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from access_policy.zone import Direction

LaneCondition = Literal["free", "busy", "not_ready", "locked", "lockdown"]
"""`busy`: somebody else is passing. `not_ready`: the lane is out of order. `locked`: staff alone may pass, which a
turnstile says of the way in only.
`lockdown`: nobody may but with an emergency credential."""

PinEntry = Literal["none", "right", "wrong", "duress", "held_off"]
"""What was typed before the card; `held_off`: too many wrong PINs, whatever was typed now."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a member is as far as the lanes know: the zone they entered, when (UTC seconds) and through which lane."""

    zone_id: str
    since: int
    lane_id: str


@dataclass(frozen=True, slots=True)
class TapFacts:
    """The circumstances of one tap. `now_s` is in UTC seconds, a moment that has certainly passed while the clock is
    not trusted.

    `visits_spent` says for a contract how many visits were burnt here that the state does not contain yet. `occupancy`
    counts the people in the zone to be entered, `guests_today` the guests whom the member brought today;
    `has_staff_inside`: staff have come into that zone since its day began.
    """

    lane_id: str
    direction: Direction
    lane: LaneCondition
    now_s: int
    is_clock_trusted: bool
    visits_spent: Mapping[str, int] = field(default_factory=dict)
    pin: PinEntry = "none"
    whereabouts: Whereabouts | None = None
    occupancy: int = 0
    guests_today: int = 0
    has_staff_inside: bool = False
