"""What follows at the gate from dues that are not paid, and what a reference may hold. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from cloud.kit.clock import start_of_day

_CARD_NUMBER: Final = re.compile(r"(?:\d[ -]?){12,18}\d")


@dataclass(frozen=True, slots=True)
class Due:
    """An instalment that is not paid: from `due_on` the gate reminds, `block_after_days` later it refuses."""

    due_on: date
    block_after_days: int

    @property
    def blocks_on(self) -> date:
        """The first day on which it blocks."""
        return self.due_on + timedelta(days=self.block_after_days)


@dataclass(frozen=True, slots=True)
class DuesFlag:
    """A flag that follows from unpaid dues: it acts from `starts_at` until they are paid."""

    effect: Literal["message", "block"]
    starts_at: datetime


def dues_flags(dues: Iterable[Due], zone: ZoneInfo) -> tuple[DuesFlag, ...]:
    """The reminder and the block that the unpaid dues of one contract make, dated ahead so that they act offline too.

    Two are enough for any number of dues: what comes first holds until all are paid.
    """
    known = tuple(dues)
    if not known:
        return ()
    return (
        DuesFlag("message", start_of_day(min(due.due_on for due in known), zone)),
        DuesFlag("block", start_of_day(min(due.blocks_on for due in known), zone)),
    )


def holds_card_number(text: str) -> bool:
    """Whether a text contains 13 to 19 digits that pass the check of payment cards (ISO/IEC 7812-1, annex B)."""
    return any(_passes_check(re.sub(r"\D", "", found)) for found in _CARD_NUMBER.findall(text))


def _passes_check(digits: str) -> bool:
    doubled = [int(digit) * (2 if index % 2 else 1) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
