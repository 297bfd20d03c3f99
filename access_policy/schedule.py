"""Weekly hours with special days, in the site's own wall clock time.

A window belongs to the day on which it begins and may end after midnight. A special day (a holiday, a day of short
hours) replaces the weekday: the windows that the schedule names for its kind hold, and without any it is closed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class DayWindow:
    """From one minute after the day's midnight to another, the end excluded; beyond 1440 is the next day.

    `from_minute` is 0 to 1439, `to_minute` up to 2880, and a window is at most a day long.
    """

    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """`weekly` has the windows of each day from Monday; `special` those of each kind of special day."""

    schedule_id: str
    name: str
    weekly: tuple[tuple[DayWindow, ...], ...]
    special: Mapping[str, tuple[DayWindow, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The site's time zone, and the kind of each of its special days; 20261225 stands for that date."""

    zone: ZoneInfo
    special_days: Mapping[int, str] = field(default_factory=dict)

    def wall_time(self, now_s: int) -> datetime:
        """What the clock on the site's wall shows, without its zone."""
        return datetime.fromtimestamp(now_s, UTC).astimezone(self.zone).replace(tzinfo=None)


def day_number(day: date) -> int:
    """A date as a number that people can read: 20261225."""
    return day.year * 10_000 + day.month * 100 + day.day


def is_open(schedule: Schedule, calendar: Calendar, now_s: int) -> bool:
    """Whether the schedule is open at this moment.

    The clock on the wall decides: when it is put forward a window loses the hour that does not exist, when it is put
    back the hour that comes twice counts twice.
    """
    now = calendar.wall_time(now_s)
    return any(start <= now < end for start, end in _windows_around(schedule, calendar, now.date()))


def last_daily_moment(calendar: Calendar, minute: int, now_s: int) -> int:
    """When the wall clock last came to this minute of the day (0 to 1439), in UTC seconds, never after `now_s`.

    Each day has one such moment: the first, where the clock is put back and shows the minute twice; where it is put
    forward over the minute, as long after the change as the minute was after it.
    """
    today = calendar.wall_time(now_s).date()
    midnights = (datetime.combine(today - timedelta(days=ago), datetime.min.time(), calendar.zone) for ago in (0, 1))
    moments = (int((midnight + timedelta(minutes=minute)).timestamp()) for midnight in midnights)
    return max(moment for moment in moments if moment <= now_s)


def _windows_around(schedule: Schedule, calendar: Calendar, today: date) -> Iterator[tuple[datetime, datetime]]:
    """The windows that began today or yesterday: those of yesterday may still be open."""
    for day in (today - timedelta(days=1), today):
        midnight = datetime.combine(day, datetime.min.time())
        for window in windows_of_day(schedule, calendar, day):
            yield midnight + timedelta(minutes=window.from_minute), midnight + timedelta(minutes=window.to_minute)


def windows_of_day(schedule: Schedule, calendar: Calendar, day: date) -> tuple[DayWindow, ...]:
    """The windows that begin on this day."""
    kind = calendar.special_days.get(day_number(day))
    if kind is not None:
        return schedule.special.get(kind, ())
    return schedule.weekly[day.weekday()] if day.weekday() < len(schedule.weekly) else ()
