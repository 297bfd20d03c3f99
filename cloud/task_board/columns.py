"""The six columns of the board, computed from a card's time; and what a move into one of them means. Pure.

| the card's time, at the member's club | column |
|---|---|
| none: neither next step nor day | unsorted |
| has passed; a day without a time has passed with its end | overdue |
| today | today |
| tomorrow | tomorrow |
| until Sunday of this week | this_week |
| after that | later |

The time is the next step's; a card without one counts by the day until which it is to be completed. A week begins on
Monday. Cards move by themselves: the column follows from the time of asking.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, get_args
from zoneinfo import ZoneInfo

from cloud.kit.clock import local_day, start_of_day

Column = Literal["unsorted", "overdue", "today", "tomorrow", "this_week", "later"]
Refusal = Literal["not_into_overdue", "not_into_unsorted", "week_is_over"]

COLUMNS: Final[tuple[Column, ...]] = get_args(Column)
FIRST_HOUR: Final = time(9)
"""When a step is due that had no time before it was moved to a day."""
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CardTime:
    """When a card is due: `next_step_at`, or else the whole day `complete_by`, or else not at all."""

    next_step_at: datetime | None
    complete_by: date | None

    def ends_at(self, zone: ZoneInfo) -> datetime | None:
        """The instant from which on the card is overdue."""
        if self.next_step_at is not None:
            return self.next_step_at
        return None if self.complete_by is None else start_of_day(self.complete_by + _DAY, zone)

    def day(self, zone: ZoneInfo) -> date | None:
        """The day at the club on which it is due."""
        return self.complete_by if self.next_step_at is None else local_day(self.next_step_at, zone)


def column_of(due: CardTime, now: datetime, zone: ZoneInfo) -> Column:
    """Where a card stands now."""
    ends_at, day = due.ends_at(zone), due.day(zone)
    if ends_at is None or day is None:
        return "unsorted"
    if ends_at <= now:
        return "overdue"
    today = local_day(now, zone)
    if day == today:
        return "today"
    if day == today + _DAY:
        return "tomorrow"
    return "this_week" if day <= _sunday(today) else "later"


def stands_until(due: CardTime, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant at which the card may stand elsewhere by itself; None: it stays where it is."""
    column = column_of(due, now, zone)
    if column in {"unsorted", "overdue"}:
        return None
    midnight = start_of_day(local_day(now, zone) + _DAY, zone)
    ends_at = due.ends_at(zone)
    return midnight if ends_at is None else min(midnight, ends_at)


def moved_to(column: Column, due: CardTime, now: datetime, zone: ZoneInfo) -> datetime | Refusal:
    """The next step's time after a move: the first day of the column, at the same time of the day.

    Where that time has passed already it is the next full hour, or the end of the day. A card that stands there
    already keeps its time.
    """
    if column == "overdue":
        return "not_into_overdue"
    if column == "unsorted":
        return "not_into_unsorted"
    if due.next_step_at is not None and column_of(due, now, zone) == column:
        return due.next_step_at
    day = _first_day(column, local_day(now, zone))
    if day is None:
        return "week_is_over"
    at = FIRST_HOUR if due.next_step_at is None else due.next_step_at.astimezone(zone).time().replace(fold=0)
    wanted = datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
    return wanted if wanted > now else _rest_of_the_day(now, zone)


def _first_day(column: Column, today: date) -> date | None:
    match column:
        case "today":
            return today
        case "tomorrow":
            return today + _DAY
        case "this_week":
            day = today + 2 * _DAY
            return day if day <= _sunday(today) else None
        case _:
            return max(_sunday(today) + _DAY, today + 2 * _DAY)


def _sunday(today: date) -> date:
    return today + timedelta(days=6 - today.weekday())


def _rest_of_the_day(now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    past_the_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    next_hour = now - past_the_hour + _HOUR
    last = start_of_day(local_day(now, zone) + _DAY, zone) - timedelta(microseconds=1)
    return min(next_hour, last)
