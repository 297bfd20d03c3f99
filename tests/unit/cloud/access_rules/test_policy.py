"""Bounds of hours and names."""

import pytest

from access_policy.schedule import DayWindow
from cloud.access_rules import policy
from cloud.errors import InvalidError

CLOSED: list[list[DayWindow]] = [[] for _ in range(7)]


def week(*windows: tuple[int, int]) -> list[list[DayWindow]]:
    return [[DayWindow(start, end) for start, end in windows], *CLOSED[1:]]


@pytest.mark.parametrize("windows", [[(0, 1440)], [(1439, 2879)], [(0, 60), (60, 120)], [(1320, 1560)]])
def test_hours_that_can_be(windows: list[tuple[int, int]]) -> None:
    policy.check_hours(week(*windows), {})


@pytest.mark.parametrize(
    "windows",
    [
        [(1440, 1500)],
        [(-1, 60)],
        [(60, 60)],
        [(0, 1441)],
        [(0, 60), (30, 90)],
        [(60, 120), (0, 30)],
        [(number, number + 1) for number in range(9)],
    ],
)
def test_hours_that_cannot_be_are_refused_by_day(windows: list[tuple[int, int]]) -> None:
    with pytest.raises(InvalidError) as refused:
        policy.check_hours(week(*windows), {})
    assert [error.field for error in refused.value.errors] == ["weekly.0"]
    with pytest.raises(InvalidError) as refused:
        policy.check_hours(CLOSED, {"holiday": week(*windows)[0]})
    assert [error.field for error in refused.value.errors] == ["special.holiday"]


def test_a_week_has_seven_days_and_a_schedule_sixteen_kinds() -> None:
    with pytest.raises(InvalidError):
        policy.check_hours(CLOSED[1:], {})
    policy.check_hours(CLOSED, {f"kind {number}": [] for number in range(16)})
    with pytest.raises(InvalidError):
        policy.check_hours(CLOSED, {f"kind {number}": [] for number in range(17)})


@pytest.mark.parametrize("name", ["", "  ", "a" * 121, "two\nlines"])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(InvalidError):
        policy.check_name(name)


def test_kinds_are_compared_without_case_and_spaces() -> None:
    assert policy.plain_kind("  Public   HOLIDAY ") == "public holiday"
