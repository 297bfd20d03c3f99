"""What access rules may be: bounds, and hours that make sense. No I/O.

The bounds keep every row far below the size of one message to a gateway.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from access_policy.schedule import DayWindow
from cloud.errors import invalid_field

ZONES_MAX: Final = 64
SCHEDULES_MAX: Final = 200
LEVELS_MAX: Final = 500
SPECIAL_DAYS_MAX: Final = 400
WINDOWS_MAX: Final = 8
KINDS_MAX: Final = 16
KIND_CHARACTERS_MAX: Final = 24
NAME_CHARACTERS_MAX: Final = 120
PASSBACK_S_MAX: Final = 7 * 24 * 3600
OCCUPANCY_MAX: Final = 100_000
DAY_MINUTES: Final = 24 * 60
DAYS: Final = 7
CLOSING_MINUTE: Final = 4 * 60
"""When a new zone forgets who is inside: 04:00, when hardly any club is open."""

Windows = Sequence[DayWindow]


def plain_kind(kind: str) -> str:
    """A kind of special day as it is compared: `"  Public  Holiday"` is `"public holiday"`."""
    return " ".join(kind.split()).casefold()


def check_name(name: str) -> None:
    """Raise InvalidError unless the name is one line of 1 to 120 characters."""
    if not (0 < len(name.strip()) <= NAME_CHARACTERS_MAX and name.strip().isprintable()):
        raise invalid_field("name", "bad_length", f"Use 1 to {NAME_CHARACTERS_MAX} characters in one line.")


def check_kind(field: str, kind: str) -> None:
    """Raise InvalidError unless it names a kind of special day."""
    if not (0 < len(kind) <= KIND_CHARACTERS_MAX and kind.isprintable()):
        raise invalid_field(field, "bad_length", f"Use 1 to {KIND_CHARACTERS_MAX} characters in one line.")


def check_hours(weekly: Sequence[Windows], special: Mapping[str, Windows]) -> None:
    """Raise InvalidError, which names the day, unless a schedule can have these hours."""
    if len(weekly) != DAYS:
        raise invalid_field("weekly", "bad_length", "Give the hours of seven days, from Monday.")
    for number, windows in enumerate(weekly):
        _check_windows(f"weekly.{number}", windows)
    if len(special) > KINDS_MAX:
        raise invalid_field("special", "too_many", f"At most {KINDS_MAX} kinds of special days.")
    for kind, windows in special.items():
        check_kind("special", kind)
        _check_windows(f"special.{kind}", windows)


def _check_windows(field: str, windows: Windows) -> None:
    if len(windows) > WINDOWS_MAX:
        raise invalid_field(field, "too_many", f"At most {WINDOWS_MAX} times a day.")
    end = 0
    for window in windows:
        if not (0 <= window.from_minute < DAY_MINUTES and 0 < window.to_minute - window.from_minute <= DAY_MINUTES):
            raise invalid_field(field, "out_of_range", "A time begins on its day and lasts at most 24 hours.")
        if window.from_minute < end:
            raise invalid_field(field, "overlapping", "The times of a day must be in order and may not overlap.")
        end = window.to_minute
