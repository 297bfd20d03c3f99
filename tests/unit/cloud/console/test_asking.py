"""What an address says of days counts by the clock of the club, and nonsense narrows nothing."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cloud.console.asking import chosen_day, typed_day, typed_period

ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "1989-12-31", "2200-01-01", "9999-12-31"])
def test_what_is_no_day_of_our_time_is_none(text: str) -> None:
    assert typed_day(text) is None
    assert chosen_day(text, date(2026, 11, 22)) == date(2026, 11, 22)
    assert typed_period(text, text, ROME) == (None, None)


def test_both_days_of_a_period_belong_to_it_also_when_clocks_change() -> None:
    since, until = typed_period("2026-10-25", "2026-10-25", ROME)
    assert since == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert until == datetime(2026, 10, 25, 23, tzinfo=UTC), "a day of 25 hours"
