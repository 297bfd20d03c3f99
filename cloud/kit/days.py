"""A day that somebody types: one that calendars of people hold."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator


def _usual(value: date) -> date:
    if not 1990 <= value.year <= 2199:
        raise ValueError("must be between 1990 and 2199")
    return value


Day = Annotated[date, AfterValidator(_usual)]
"""A day from 1990 to 2199."""
