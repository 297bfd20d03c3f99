"""A week of hours to look at: bars over 24 hours with the times in figures beside them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel.dates import get_day_names

from access_policy.schedule import DayWindow
from cloud.access_rules.hours_text import write_hours
from cloud.access_rules.policy import DAY_MINUTES, DAYS, Windows
from cloud.console.languages import locale_of


@dataclass(frozen=True, slots=True)
class Bar:
    """A time at which it is open, within one day: minutes after midnight."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class DayView:
    """A day's name, its times in figures (empty: closed), its bars with those of the night before."""

    name: str
    hours: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class SpecialView:
    """A kind of special day; what reaches beyond midnight is told by the figures alone."""

    kind: str
    hours: str
    bars: Sequence[Bar]


def day_names(language: str) -> list[str]:
    """Monday to Sunday."""
    names = get_day_names("wide", "stand-alone", locale_of(language))
    return [names[number] for number in range(DAYS)]


def week_views(weekly: Sequence[Windows], language: str) -> list[DayView]:
    """The seven days from Monday; Sunday's night reaches into Monday."""
    return [
        DayView(name, write_hours(windows), [*_spilled(weekly[number - 1]), *_bars(windows)])
        for number, (name, windows) in enumerate(zip(day_names(language), weekly, strict=True))
    ]


def special_views(special: Mapping[str, Windows]) -> list[SpecialView]:
    """The kinds of special days by name."""
    return [SpecialView(kind, write_hours(special[kind]), _bars(special[kind])) for kind in sorted(special)]


def _bars(windows: Windows) -> list[Bar]:
    return [Bar(window.from_minute, min(window.to_minute, DAY_MINUTES) - window.from_minute) for window in windows]


def _spilled(windows_before: Sequence[DayWindow]) -> list[Bar]:
    return [Bar(0, window.to_minute - DAY_MINUTES) for window in windows_before if window.to_minute > DAY_MINUTES]
