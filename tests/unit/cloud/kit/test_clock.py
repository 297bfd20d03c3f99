from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cloud.kit.clock import local_day, start_of_day, utc_now


def test_now_is_aware_and_utc() -> None:
    assert utc_now().tzinfo is UTC


@pytest.mark.parametrize(
    ("zone", "day", "starts_at"),
    [
        ("Europe/Rome", date(2026, 1, 15), datetime(2026, 1, 14, 23, tzinfo=UTC)),
        ("Europe/Rome", date(2026, 7, 15), datetime(2026, 7, 14, 22, tzinfo=UTC)),
        # Cuba's clocks jump from 0:00 to 1:00, and go back from 1:00 to 0:00
        ("America/Havana", date(2026, 3, 8), datetime(2026, 3, 8, 5, tzinfo=UTC)),
        ("America/Havana", date(2026, 11, 1), datetime(2026, 11, 1, 4, tzinfo=UTC)),
        # Samoa had no 30 December 2011
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Pacific/Apia", date(2011, 12, 31), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_day_starts_at_its_first_instant(zone: str, day: date, starts_at: datetime) -> None:
    assert start_of_day(day, ZoneInfo(zone)) == starts_at


def test_the_day_at_an_instant_is_the_one_of_the_zone() -> None:
    at = datetime(2026, 1, 14, 23, 30, tzinfo=UTC)
    assert local_day(at, ZoneInfo("Europe/Rome")) == date(2026, 1, 15)
    assert local_day(at, ZoneInfo("America/Havana")) == date(2026, 1, 14)
