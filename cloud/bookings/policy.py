"""What bookings go by. Pure.

A cancelled booking is reassigned when another one that stands was made after the cancellation, at most 7 days after
the day of the cancelled one, with the same kind of balance.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from cloud.contracts.balance import balance_of
from cloud.contracts.policy import Terms, last_day_of_use
from cloud.kit.clock import local_day, start_of_day

Channel = Literal["staff", "app", "online"]
"""Where a booking was made: by staff, by the member in the club's app, by anybody on the club's web site."""
CancelledFor = Literal["member", "staff", "session"]
"""Who called a booking off: the member asked, staff did, or the session was cancelled."""
REBOOK_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Held:
    """A contract that a member has."""

    contract_id: str
    kind: str
    terms: Terms


def contract_for(held: Iterable[Held], day: date) -> Held | None:
    """Which contract a session on a day is booked with: of those with something left, the one that is over first."""
    usable = [each for each in held if balance_of(each.terms, day).is_available]
    return min(usable, key=lambda each: (last_day_of_use(each.terms), each.contract_id), default=None)


def rebook_until(starts_at: datetime, zone: ZoneInfo) -> datetime:
    """The end of the 7th day after the day of a cancelled booking: booked again before it, it is reassigned."""
    return start_of_day(local_day(starts_at, zone) + timedelta(days=REBOOK_DAYS + 1), zone)
