"""The wall clock, in one place, so that everything else takes the time as an argument."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """The time now, aware, UTC."""
    return datetime.now(UTC)


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) of a local day.

    Where a daylight-saving change skips midnight, this is the moment of the change; where it repeats midnight, the
    first of the two.
    """
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day at an instant, as people in the zone call it."""
    return at.astimezone(zone).date()
