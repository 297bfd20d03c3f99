"""Anti-passback: whether somebody comes in who never left, and from when on that no longer counts."""

from typing import Final, Literal

from access_policy.entitlement import Entitlement
from access_policy.facts import TapFacts
from access_policy.schedule import Calendar, last_daily_moment
from access_policy.zone import Zone

GUEST_WITHIN_S: Final = 120
"""Who taps again so soon after coming in lets a guest in, if the contract has guests."""

Standing = Literal["clear", "guest", "violation"]


def judge_passback(
    zone: Zone, entitlement: Entitlement | None, facts: TapFacts, calendar: Calendar, *, guests_per_day: int
) -> Standing:
    """Whether the member comes in for the first time, brings a guest in, or is inside already.

    A member who is inside "since" later than now was seen by a clock that has gone back: the move counts as just made.
    """
    place = facts.whereabouts
    if (
        place is None
        or place.zone_id != zone.zone_id
        or place.since < forgiven_before(zone, entitlement, facts, calendar)
    ):
        return "clear"
    elapsed_s = max(0, facts.now_s - place.since)
    if elapsed_s <= GUEST_WITHIN_S and facts.guests_today < guests_per_day:
        return "guest"
    is_over = zone.passback_s is not None and elapsed_s >= zone.passback_s
    return "clear" if zone.passback == "off" or is_over else "violation"


def forgiven_before(zone: Zone, entitlement: Entitlement | None, facts: TapFacts, calendar: Calendar) -> int:
    """Where people were before this moment (UTC seconds) no longer counts: the day began anew, or staff forgave."""
    by_staff = entitlement.forgiven_at if entitlement else None
    return max(last_daily_moment(calendar, zone.forgive_minute, facts.now_s), zone.forgiven_at or 0, by_staff or 0)
