"""A day or an instant that somebody types: one that calendars of people hold."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def _usual(value: date) -> date:
    if not 1990 <= value.year <= 2199:
        raise ValueError("must be between 1990 and 2199")
    return value


def _usual_time(value: datetime) -> datetime:
    if not 1990 <= value.year <= 2199:
        raise ValueError("must be between 1990 and 2199")
    return value.astimezone(UTC)


Day = Annotated[date, AfterValidator(_usual)]
"""A day from 1990 to 2199."""

Instant = Annotated[AwareDatetime, AfterValidator(_usual_time)]
"""A moment of those years, in UTC."""
