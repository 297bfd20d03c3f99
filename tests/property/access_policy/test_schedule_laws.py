"""Laws of hours, in any time zone: the wall clock alone decides, and a year is open as long as its hours say."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from access_policy.schedule import Calendar, DayWindow, Schedule, is_open, last_daily_moment
from tests.property.access_policy.states import day_windows, minutes

ZONES = (
    "UTC", "Europe/Rome", "Europe/Moscow", "America/New_York", "America/St_Johns", "Australia/Lord_Howe",
    "Asia/Kathmandu", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Gaza",
)  # fmt: skip
zones = st.sampled_from(ZONES).map(ZoneInfo)
years = st.integers(2010, 2037)
moments = st.integers(
    int(datetime(2010, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2037, 1, 1, tzinfo=UTC).timestamp())
)
weeks = st.lists(st.lists(day_windows, max_size=2).map(tuple), min_size=7, max_size=7).map(tuple)


def is_open_on_the_wall(schedule: Schedule, wall: datetime) -> bool:
    """The same question put without a zone: minute by minute of the two days that can matter."""
    for days_ago in (0, 1):
        day = wall.date() - timedelta(days=days_ago)
        minute = (wall.hour * 60 + wall.minute) + 1440 * days_ago
        if any(window.from_minute <= minute < window.to_minute for window in schedule.weekly[day.weekday()]):
            return True
    return False


@given(zones, moments, weeks)
def test_hours_are_what_the_clock_on_the_wall_shows(
    zone: ZoneInfo, moment: int, week: tuple[tuple[DayWindow, ...], ...]
) -> None:
    schedule = Schedule("s", "", week)
    wall = datetime.fromtimestamp(moment, UTC).astimezone(zone).replace(tzinfo=None)
    assert is_open(schedule, Calendar(zone), moment) == is_open_on_the_wall(schedule, wall)


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(["Europe/Rome", "America/New_York", "UTC", "Europe/Moscow"]), years, st.integers(0, 23))
def test_an_hour_a_day_is_open_as_many_hours_a_year_as_the_wall_clock_shows_it(name: str, year: int, hour: int) -> None:
    zone = ZoneInfo(name)
    calendar = Calendar(zone)
    schedule = Schedule("s", "", ((_hour(hour),),) * 7)
    start = int(datetime(year, 1, 1, tzinfo=zone).timestamp())
    end = int(datetime(year + 1, 1, 1, tzinfo=zone).timestamp())
    opened = [at for at in range(start, end, 3_600) if is_open(schedule, calendar, at)]
    days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    changes = sum(_shows(hour, calendar, day) - 1 for day in _days_of(year))
    assert len(opened) == days + changes


@given(zones, minutes, moments)
def test_the_daily_moment_is_past_and_less_than_two_days_ago(zone: ZoneInfo, minute: int, now_s: int) -> None:
    moment = last_daily_moment(Calendar(zone), minute, now_s)
    assert 0 <= now_s - moment < 49 * 3_600


@given(zones, minutes, moments, st.integers(0, 100_000))
def test_the_daily_moment_never_goes_back(zone: ZoneInfo, minute: int, now_s: int, later_s: int) -> None:
    calendar = Calendar(zone)
    assert last_daily_moment(calendar, minute, now_s) <= last_daily_moment(calendar, minute, now_s + later_s)


def _hour(hour: int) -> DayWindow:
    return DayWindow(hour * 60, hour * 60 + 60)


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=index) for index in range((date(year + 1, 1, 1) - first).days)]


def _shows(hour: int, calendar: Calendar, day: date) -> int:
    """How many times this hour stands on the wall that day: 0 when the clock is put forward over it, 2 when back."""
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=calendar.zone).timestamp())
    walls = (calendar.wall_time(midnight + 3_600 * step) for step in range(26))
    return sum(wall.date() == day and wall.hour == hour for wall in walls)
