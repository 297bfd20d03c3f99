"""Hours as people write them: `06:30-13, 15:00-22:00`, or nothing when it is closed. Pure.

An end at or before its beginning is on the next day: `22-2` is from ten at night to two in the morning, `0-24` and
`0-0` are the whole day.
"""

import re
from collections.abc import Sequence
from typing import Final

from access_policy.schedule import DayWindow
from cloud.access_rules.policy import DAY_MINUTES, Windows

_HOUR_MINUTES: Final = 60
_LONGEST: Final = 400
_SPAN: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)


class HoursTextError(ValueError):
    """The text is no list of times."""


def parse_hours(text: str) -> tuple[DayWindow, ...]:
    """The windows of a day, in the order of their beginning; whether they overlap is `policy`'s to say.

    Raises:
        HoursTextError: a part is not like `06:30-22:00`.
    """
    if len(text) > _LONGEST:
        raise HoursTextError("too long")
    parts = [part.strip() for part in re.split(r"[,;]", text) if part.strip()]
    return tuple(sorted((_parse_span(part) for part in parts), key=lambda window: window.from_minute))


def window_between(opens: str, closes: str) -> DayWindow:
    """The window from `06:30` to `22:00`; one that ends at or before its beginning ends on the next day.

    Raises:
        HoursTextError: one of them is no time of day.
    """
    return _parse_span(f"{opens}-{closes}")


def write_hours(windows: Windows) -> str:
    """The other way round, as people read it: `06:30–13:00, 15:00–22:00`."""
    return ", ".join(f"{opening(window)}–{closing(window)}" for window in windows)


def opening(window: DayWindow) -> str:
    """When it opens, as 06:30."""
    return write_minute(window.from_minute)


def closing(window: DayWindow) -> str:
    """When it closes, as 22:00; midnight at its end is 24:00."""
    end = window.to_minute
    return write_minute(end if end <= DAY_MINUTES else end - DAY_MINUTES)


def write_minute(minute: int) -> str:
    """A minute of the day as 06:30."""
    return f"{minute // _HOUR_MINUTES:02d}:{minute % _HOUR_MINUTES:02d}"


def parse_minute(text: str) -> int:
    """06:30 as a minute of the day, 24:00 as its last.

    Raises:
        HoursTextError: it is no time of day.
    """
    found = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?", text.strip(), re.ASCII)
    if found is None:
        raise HoursTextError("not a time of day")
    return _minute(found.groups())


def _parse_span(text: str) -> DayWindow:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise HoursTextError("not like 06:30-22:00")
    start, end = _minute(found.groups()[:2]), _minute(found.groups()[2:])
    if start == DAY_MINUTES:
        raise HoursTextError("a time cannot begin at 24:00")
    return DayWindow(start, end if end > start else end + DAY_MINUTES)


def _minute(parts: Sequence[str | None]) -> int:
    minute = int(parts[0] or 0) * _HOUR_MINUTES + int(parts[1] or 0)
    if int(parts[1] or 0) >= _HOUR_MINUTES or minute > DAY_MINUTES:
        raise HoursTextError("not a time of day")
    return minute
