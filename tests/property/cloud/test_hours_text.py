"""Hours that are written and read again are the same hours; any text is hours or a refusal."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from access_policy.schedule import DayWindow
from cloud.access_rules.hours_text import HoursTextError, parse_hours, write_hours

WINDOW = st.builds(lambda start, length: DayWindow(start, start + length), st.integers(0, 1439), st.integers(1, 1440))


@given(st.lists(WINDOW, max_size=8))
def test_what_is_written_is_read_as_it_was(windows: list[DayWindow]) -> None:
    ordered = sorted(windows, key=lambda window: window.from_minute)
    assert parse_hours(write_hours(ordered)) == tuple(ordered)


@given(st.text(max_size=60) | st.text(alphabet="0123456789:.-–,; ", max_size=60))
def test_any_text_is_hours_or_refused(text: str) -> None:
    with contextlib.suppress(HoursTextError):
        for window in parse_hours(text):
            assert 0 <= window.from_minute < 1440
            assert 0 < window.to_minute - window.from_minute <= 1440
