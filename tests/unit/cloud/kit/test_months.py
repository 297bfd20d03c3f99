from datetime import date

import pytest

from cloud.kit.months import add_months


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 15), 1, date(2026, 2, 15)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_a_month_that_lacks_the_day_gives_its_last(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_a_series_that_began_on_the_last_day_comes_back_to_it_after_february() -> None:
    assert add_months(date(2026, 2, 28), 1, anchor_day=31) == date(2026, 3, 31)
