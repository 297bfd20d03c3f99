"""Anti-passback: whether somebody comes in who never left, and from when on that no longer counts."""

from typing import Final

from access_policy.entitlement import Entitlement
from access_policy.facts import TapFacts
from access_policy.schedule import Calendar, last_daily_moment
from access_policy.zone import Zone

GUEST_WITHIN_S: Final = 120
"""Who taps again so soon after coming in lets a guest in, if a contract has guests."""


def stay_s(zone: Zone, entitlement: Entitlement | None, facts: TapFacts, calendar: Calendar) -> int | None:
    """How long the member has been in the zone, as far as that counts; None: they are not inside.

    A member who is inside "since" later than now was seen by a clock that has gone back: the move counts as just made.
    """
    place = facts.whereabouts
    if place is None or place.zone_id != zone.zone_id:
        return None
    if place.since < forgiven_before(zone, entitlement, facts, calendar):
        return None
    return max(0, facts.now_s - place.since)


def is_violation(zone: Zone, inside_s: int | None) -> bool:
    """Whether coming in again after so many seconds inside breaks the zone's anti-passback."""
    if inside_s is None or zone.passback == "off":
        return False
    return zone.passback_s is None or inside_s < zone.passback_s


def forgiven_before(zone: Zone, entitlement: Entitlement | None, facts: TapFacts, calendar: Calendar) -> int:
    """Where people were before this moment (UTC seconds) no longer counts: the day began anew, or staff forgave."""
    by_staff = entitlement.forgiven_at if entitlement else None
    return max(last_daily_moment(calendar, zone.forgive_minute, facts.now_s), zone.forgiven_at or 0, by_staff or 0)
