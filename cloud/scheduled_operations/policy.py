"""When an operation runs, and what may become of a run and of a person. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from cloud.kit.clock import local_day

Outcome = Literal["running", "done", "too_many", "unfit", "suspended"]
"""Not through; through; nothing begun, as too many were found, or type or purpose are obsolete; cut off by staff."""
Fate = Literal["begun", "still_open", "full", "unwilling"]
"""A task was begun; that of an earlier day is open still; they have as many as may be; they may not be approached."""
State = Literal["active", "suspended", "over"]

PEOPLE_MAX: Final = 500
"""A run that finds more begins nothing: a search that is too wide shall not stop the whole club."""
WEEK: Final = (1, 2, 3, 4, 5, 6, 7)
DAYS_TO_COMPLETE_MAX: Final = 365
MINUTES_OF_DAY: Final = 24 * 60
_LOOKED_AHEAD_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The days and the time of day of an operation; the attributes are those of `models.ScheduledOperation`."""

    is_single: bool
    minute_of_day: int
    weekdays: Collection[int]
    starts_on: date
    ends_on: date | None

    @property
    def last_on(self) -> date | None:
        """The last day on which it may run."""
        return self.starts_on if self.is_single else self.ends_on


def instant_of(day: date, minute_of_day: int, zone: ZoneInfo) -> datetime:
    """When the clock of a club shows this minute on a day (UTC); one that daylight saving skips comes an hour later."""
    return datetime.combine(day, time(*divmod(minute_of_day, 60)), tzinfo=zone).astimezone(UTC)


def is_day_of(schedule: Schedule, day: date) -> bool:
    """Whether it runs on this day."""
    if schedule.is_single:
        return day == schedule.starts_on
    return schedule.starts_on <= day <= (schedule.ends_on or day) and day.isoweekday() in schedule.weekdays


def is_due(schedule: Schedule, armed_at: datetime, now: datetime, zone: ZoneInfo) -> bool:
    """Whether its time has come today. Days that passed while nobody looked are not made up for; today is."""
    today = local_day(now, zone)
    return is_day_of(schedule, today) and armed_at <= instant_of(today, schedule.minute_of_day, zone) <= now


def next_at(schedule: Schedule, after: datetime, zone: ZoneInfo) -> datetime | None:
    """When it runs next, behind a moment; None: never again."""
    first = max(local_day(after, zone), schedule.starts_on)
    moments = (instant_of(day, schedule.minute_of_day, zone) for day in _days(first) if is_day_of(schedule, day))
    return next((at for at in moments if at > after), None)


def is_over(schedule: Schedule, now: datetime, zone: ZoneInfo) -> bool:
    """Whether its last day has passed."""
    return schedule.last_on is not None and schedule.last_on < local_day(now, zone)


def _days(first: date) -> Iterator[date]:
    """A week and a day: every weekday comes, and today's time may have passed."""
    return (first + timedelta(days=days) for days in range(_LOOKED_AHEAD_DAYS + 1))
