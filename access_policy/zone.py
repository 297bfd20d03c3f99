"""Where lanes lead, who may go there and under which rules: zones, lanes between them, access levels."""

from dataclasses import dataclass
from typing import Literal

OUTSIDE = ""
"""The zone of whoever is not in the club."""

Direction = Literal["in", "out"]
DeviceKind = Literal["turnstile", "door"]
"""What stands at a lane; a flag may be meant for some kinds alone."""
Passback = Literal["off", "soft", "hard"]
"""What happens to a credential that comes in again without having left: nothing, a report, or a refusal."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the club that is entered through lanes.

    `passback_s` bounds anti-passback in time (timed): who came in longer ago may come in again; None means until they
    leave (by area). At `forgive_minute` of the site's day (0 to 1439) everybody counts as gone, and so does whoever
    came in before `forgiven_at` (UTC seconds). `occupancy_limit` is how many people may be inside. With
    `has_first_person_in` members wait until staff have come in that day.
    """

    zone_id: str
    name: str
    passback: Passback = "off"
    passback_s: int | None = None
    forgive_minute: int = 0
    forgiven_at: int | None = None
    occupancy_limit: int | None = None
    needs_pin: bool = False
    has_first_person_in: bool = False


@dataclass(frozen=True, slots=True)
class LanePlace:
    """The zones that a lane joins: going in leads to `zone_in_id`, going out to `zone_out_id`.

    `gateway_id` is the gateway in charge of the lane, empty where none is or the lane has no gateway of its own.
    `device_kind` is a `DeviceKind`, or one that only a newer cloud knows.
    """

    lane_id: str
    zone_in_id: str = OUTSIDE
    zone_out_id: str = OUTSIDE
    gateway_id: str = ""
    device_kind: str = "turnstile"

    def zone_entered(self, direction: Direction) -> str:
        """Where this direction leads."""
        return self.zone_in_id if direction == "in" else self.zone_out_id

    def zone_left(self, direction: Direction) -> str:
        """Where this direction comes from."""
        return self.zone_out_id if direction == "in" else self.zone_in_id


@dataclass(frozen=True, slots=True)
class LevelGrant:
    """A zone, and the schedule of its hours for the level; an empty `schedule_id` means always."""

    zone_id: str
    schedule_id: str = ""


@dataclass(frozen=True, slots=True)
class AccessLevel:
    """Where and when the holders of a plan may go; a zone granted twice is open in either schedule's hours."""

    level_id: str
    name: str
    grants: tuple[LevelGrant, ...]
