"""What the rules are, how far each looks, and which stage an absence has reached. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from cloud.kit.clock import local_day, start_of_day

RuleKey = Literal[
    "contract_ending",
    "debt_before_end",
    "charge_failed",
    "contract_unpaid",
    "absent_first",
    "absent_second",
    "absent_third",
    "unknown_caller",
]
Unit = Literal["days", "minutes", "none"]
Rhythm = Literal["daily", "minutely", "at_once"]
Placeholder = Literal["plan", "day", "amount", "days", "phone"]
EndReason = Literal[
    "paid",
    "cancelled",
    "renewed",
    "contract_changed",
    "came_back",
    "booked",
    "bought",
    "frozen",
    "longer_absent",
    "became_client",
    "by_hand",
]
"""Why a card is over; `by_hand`: staff have closed it."""

RULE_KEYS: Final[tuple[RuleKey, ...]] = get_args(RuleKey)
ABSENCE_KEYS: Final[tuple[RuleKey, ...]] = ("absent_first", "absent_second", "absent_third")
END_REASONS: Final[tuple[EndReason, ...]] = get_args(EndReason)
PLACEHOLDERS: Final[tuple[Placeholder, ...]] = get_args(Placeholder)

CAUGHT_UP: Final = timedelta(days=7)
"""After an interruption causes are caught up that began so long ago at most."""
LAST_STAGE: Final = timedelta(days=31)
"""So long an absence stays in the last stage; who is away for longer gets no card any more."""
DAYS_TO_COMPLETE_MAX: Final = 365
MINUTES_OF_DAY: Final = 24 * 60

_FIELD: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class RuleKind:
    """What a rule is by nature: its amount's unit, usual value and greatest one, and when it is looked at."""

    unit: Unit
    usual: int
    most: int
    rhythm: Rhythm


KINDS: Final[Mapping[RuleKey, RuleKind]] = {
    "contract_ending": RuleKind("days", 1, 60, "daily"),
    "debt_before_end": RuleKind("days", 10, 60, "daily"),
    "charge_failed": RuleKind("minutes", 0, MINUTES_OF_DAY, "minutely"),
    "contract_unpaid": RuleKind("minutes", 15, MINUTES_OF_DAY, "minutely"),
    "absent_first": RuleKind("days", 7, 365, "daily"),
    "absent_second": RuleKind("days", 14, 365, "daily"),
    "absent_third": RuleKind("days", 30, 365, "daily"),
    "unknown_caller": RuleKind("none", 0, 0, "at_once"),
}


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days, both ends included."""

    first: date
    last: date


def stage_of(amount: int, all_amounts: Iterable[int], today: date) -> DayRange:
    """The days of last activity of those who are in the stage `amount`: absent so long, and not as long as the next.

    `all_amounts` are those of the absence rules that are on; the longest stage ends after 31 days.
    """
    longer = [other for other in all_amounts if other > amount]
    upper = min(longer, default=amount + LAST_STAGE.days)
    return DayRange(today - timedelta(days=upper - 1), today - timedelta(days=amount))


def ends_soon(amount: int, today: date) -> DayRange:
    """The last days of contracts that end within `amount` days, or have ended within the week that is caught up."""
    return DayRange(today - CAUGHT_UP, today + timedelta(days=amount))


def instants(days: DayRange, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open span (UTC) of some days of the site."""
    return start_of_day(days.first, zone), start_of_day(days.last + timedelta(days=1), zone)


def is_time_of_day_reached(now: datetime, minute_of_day: int, zone: ZoneInfo) -> bool:
    """Whether the site's clock has shown this minute of its day; one that daylight saving skips counts as reached."""
    at = datetime.combine(local_day(now, zone), time(*divmod(minute_of_day, 60)), tzinfo=zone)
    return now.timestamp() >= at.timestamp()


def check_text(text: str) -> str:
    """The text itself.

    Raises:
        ValueError: a brace that belongs to no placeholder, or a placeholder that there is not.
    """
    for name in _FIELD.findall(text):
        if name not in PLACEHOLDERS:
            raise ValueError(f"there is no placeholder {{{name}}}")
    if set(_FIELD.sub("", text)) & {"{", "}"}:
        raise ValueError("a brace belongs to no placeholder")
    return text


def fill(text: str, values: Mapping[Placeholder, str]) -> str:
    """A checked text with what is known filled in; what this cause does not have is left out."""
    return _FIELD.sub(lambda found: values.get(found[1], ""), text)  # type: ignore[arg-type]
