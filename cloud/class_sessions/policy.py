"""When sessions are, on the clock of the club. Pure.

A session of a weekly series is at the same time of day all year, so its distance in UTC changes with daylight saving.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SERIES_MAX: Final = 400
"""So many sessions are planned at once at most: a year with seven a week."""
MINUTES_MAX: Final = 24 * 60
AHEAD_MAX: Final = timedelta(days=3653)


@dataclass(frozen=True, slots=True)
class Slot:
    """From when to when, in UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Which days (Monday is 0) from `first_on` to `last_on`, at which time of day, how long.

    Without weekdays it is the weekday of the first day.
    """

    first_on: date
    last_on: date
    starts: time
    minutes: int
    weekdays: Collection[int] = ()


def slot_of(day: date, starts: time, minutes: int, zone: ZoneInfo) -> Slot:
    """The time on a day. One that the change to daylight saving skips is as much later as the clock was put forward."""
    starts_at = datetime.combine(day, starts, tzinfo=zone).astimezone(UTC)
    return Slot(starts_at, starts_at + timedelta(minutes=minutes))


def slots_of(pattern: Pattern, zone: ZoneInfo) -> list[Slot]:
    """All of them, the earliest first; one more than `SERIES_MAX` at most."""
    weekdays = set(pattern.weekdays) or {pattern.first_on.weekday()}
    found: list[Slot] = []
    for days in range((pattern.last_on - pattern.first_on).days + 1):
        day = pattern.first_on + timedelta(days=days)
        if day.weekday() in weekdays:
            found.append(slot_of(day, pattern.starts, pattern.minutes, zone))
        if len(found) > SERIES_MAX:
            break
    return found


def moved(slot: Slot, *, old: Slot, new: Slot, zone: ZoneInfo) -> Slot:
    """Where a session of a series goes when another one goes from `old` to `new`: as many days, to its time of day."""
    was, will = old.starts_at.astimezone(zone), new.starts_at.astimezone(zone)
    day = slot.starts_at.astimezone(zone).date() + (will.date() - was.date())
    minutes = int((new.ends_at - new.starts_at).total_seconds()) // 60
    return slot_of(day, will.time(), minutes, zone)
