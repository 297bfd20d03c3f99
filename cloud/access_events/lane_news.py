"""What lanes tell of themselves as staff see it: the gate was forced, it jams, it burns, it was told to be open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from cloud.access_events.models import AccessEvent

QUIET: Final = frozenset({"exit_requested"})
"""What happens all day is no news."""


@dataclass(frozen=True, slots=True)
class LaneNews:
    """One event of a lane. `state` is as in `LaneChanged`; or the lane was told a mode, `by` whom."""

    event_id: int
    occurred_at: datetime
    zone: ZoneInfo
    lane_name: str
    is_history: bool
    state: str = ""
    mode: str = ""
    by: str = ""

    @property
    def tone(self) -> str:
        """How it is shown: as something good, to be looked at, or bad."""
        if self.state in {"ready", "cleared", "remote_opened"} or self.mode == "normal":
            return "allow"
        return "message" if self.mode and self.mode != "evacuation" else "block"


def find_lane_news(
    events: Sequence[AccessEvent], lanes: Mapping[str, str], zones: Mapping[str, ZoneInfo]
) -> list[LaneNews]:
    """The news among these events; `lanes` are the lanes' names, `zones` the sites' times."""
    return [
        LaneNews(
            event_id=event.id,
            occurred_at=event.occurred_at,
            zone=zones[event.site_id],
            lane_name=lanes.get(event.lane_id or "", event.lane_id or ""),
            is_history=event.is_history,
            **_what(event),
        )
        for event in events
        if event.kind in ("lane_changed", "lane_mode_changed") and event.reason not in QUIET
    ]


def _what(event: AccessEvent) -> dict[str, str]:
    if event.kind == "lane_changed":
        return {"state": event.reason or ""}
    return {"mode": event.reason or "", "by": event.text}
