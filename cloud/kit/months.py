"""Months on the calendar: what a plan of "3 months" or an instalment "each month" means. Pure."""

import calendar
from datetime import date


def add_months(day: date, months: int, *, anchor_day: int | None = None) -> date:
    """The same day so many months on; a month that has no such day gives its last.

    `anchor_day` (1 to 31; none: the day's own) is the day of the month that is meant, so that a series that begins on
    31 January comes back to the 31st after February.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(anchor_day or day.day, calendar.monthrange(year, month)[1]))
