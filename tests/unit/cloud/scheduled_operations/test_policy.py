"""When an operation runs, by the clock of its club."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloud.scheduled_operations import policy
from cloud.scheduled_operations.policy import Schedule

ROME = ZoneInfo("Europe/Rome")
MONDAY = date(2026, 3, 16)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def schedule(**changes: Any) -> Schedule:
    values: dict[str, Any] = {
        "is_single": False,
        "minute_of_day": 420,
        "weekdays": policy.WEEK,
        "starts_on": MONDAY,
        "ends_on": None,
    }
    return Schedule(**(values | changes))


@pytest.mark.parametrize(
    ("at", "is_due"),
    [
        (datetime(2026, 3, 16, 5, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 16, 6, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 16, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 16, 23, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 15, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 6, 15, 5, 0, tzinfo=UTC), True),
    ],
)
def test_its_time_has_come_from_seven_to_midnight_of_the_club(at: datetime, is_due: bool) -> None:
    """Feature 142."""
    assert policy.is_due(schedule(), LONG_AGO, at, ROME) is is_due


def test_a_time_that_had_passed_when_it_was_planned_is_not_made_up_for() -> None:
    planned_at = datetime(2026, 3, 16, 6, 30, tzinfo=UTC)
    assert not policy.is_due(schedule(), planned_at, planned_at, ROME)
    assert policy.next_at(schedule(), planned_at, ROME) == datetime(2026, 3, 17, 6, tzinfo=UTC)


def test_weekdays_and_the_last_day_bound_it() -> None:
    """Feature 142."""
    tuesdays = schedule(weekdays=(2,), ends_on=MONDAY + timedelta(days=8))
    days = [day for day in (MONDAY + timedelta(days=more) for more in range(-7, 30)) if policy.is_day_of(tuesdays, day)]
    assert days == [date(2026, 3, 17), date(2026, 3, 24)]
    assert policy.next_at(tuesdays, datetime(2026, 3, 24, 7, tzinfo=UTC), ROME) is None
    assert policy.is_over(tuesdays, datetime(2026, 3, 24, 23, tzinfo=UTC), ROME)


def test_a_single_one_has_one_day() -> None:
    once = schedule(is_single=True, weekdays=())
    assert [policy.is_day_of(once, MONDAY + timedelta(days=more)) for more in (-1, 0, 1)] == [False, True, False]


@pytest.mark.parametrize(
    ("day", "at"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_half_past_two_comes_once_on_days_of_daylight_saving(day: date, at: datetime) -> None:
    assert policy.instant_of(day, 150, ROME) == at


def test_one_that_starts_far_ahead_knows_its_first_time() -> None:
    ahead = schedule(starts_on=date(2026, 12, 24), weekdays=(7,))
    assert policy.next_at(ahead, LONG_AGO, ROME) == datetime(2026, 12, 27, 6, tzinfo=UTC)
