"""Hours as people type them and read them."""

import pytest

from access_policy.schedule import DayWindow
from cloud.access_rules.hours_text import HoursTextError, parse_hours, parse_minute, window_between, write_hours


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("", []),
        (" , ", []),
        ("06:30-22:00", [(390, 1320)]),
        ("6.30 – 13; 15-22", [(390, 780), (900, 1320)]),
        ("15-22, 6-13", [(360, 780), (900, 1320)]),
        ("22-2", [(1320, 1560)]),
        ("0-24", [(0, 1440)]),
        ("0-0", [(0, 1440)]),
        ("6-6", [(360, 1800)]),
    ],
)
def test_times_are_read_as_people_write_them(text: str, windows: list[tuple[int, int]]) -> None:
    assert [(window.from_minute, window.to_minute) for window in parse_hours(text)] == windows


@pytest.mark.parametrize(
    "text", ["from dawn", "6", "6-", "6-25", "6:60-7", "24-2", "6-7-8", "6-13 15-22", "-6-7", "٦-٧", "6-7," * 200]
)
def test_what_is_no_list_of_times_is_refused(text: str) -> None:
    with pytest.raises(HoursTextError):
        parse_hours(text)


def test_hours_are_written_with_both_digits_and_the_night_after_midnight() -> None:
    assert write_hours(parse_hours("6-13, 15-2")) == "06:00–13:00, 15:00–02:00"
    assert write_hours([DayWindow(0, 1440)]) == "00:00–24:00"
    assert write_hours([]) == ""


def test_a_window_between_two_times() -> None:
    assert window_between("22:00", "02:30") == DayWindow(1320, 1590)


def test_a_time_of_day_is_read() -> None:
    assert [parse_minute(text) for text in ("04:00", "4", "23.59", "24:00")] == [240, 240, 1439, 1440]
    for text in ("", "25:00", "four", "4:5"):
        with pytest.raises(HoursTextError):
            parse_minute(text)
