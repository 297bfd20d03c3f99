"""What a contract means, day by day and instant by instant. Pure: days in, UTC spans and states out.

Days are the site's calendar days, both ends included; spans are half-open `[starts_at, ends_at)` in UTC, so that a
change to or from daylight saving time neither gives nor takes an hour of anybody's last day.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cloud.kit.clock import start_of_day


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Calendar days, the first and the last included."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Span:
    """Instants in UTC, `ends_at` excluded."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a contract says, as far as the gate and the console need it."""

    starts_on: date
    ends_on: date
    grace_days: int = 0
    extra_expiry_days: int = 0
    freezes: tuple[DaySpan, ...] = ()
    visits_total: int | None = None
    visits_used: int = 0
    was_used: bool = False


class ContractState(StrEnum):
    """How a contract stands on a day; the first that applies, in this order."""

    UPCOMING = "upcoming"
    EXPIRED = "expired"
    FROZEN = "frozen"
    USED_UP = "used_up"
    ACTIVE = "active"
    GRACE = "grace"
    EXTRA_EXPIRY = "extra_expiry"


def use_span(terms: Terms, zone: ZoneInfo) -> Span:
    """When the gate may let the member in: from the first day through the last grace and extra expiry day."""
    return _span(DaySpan(terms.starts_on, last_day_of_use(terms)), zone)


def freeze_spans(terms: Terms, zone: ZoneInfo) -> tuple[Span, ...]:
    """When the contract is frozen, in order."""
    return tuple(_span(freeze, zone) for freeze in sorted(terms.freezes, key=lambda freeze: freeze.starts_on))


def visits_left(terms: Terms) -> int | None:
    """How many visits remain, never below zero; None: as many as one likes."""
    return None if terms.visits_total is None else max(0, terms.visits_total - terms.visits_used)


def contract_state(terms: Terms, today: date) -> ContractState:
    """How the contract stands on a day of the site."""
    if today < terms.starts_on:
        return ContractState.UPCOMING
    if today > last_day_of_use(terms):
        return ContractState.EXPIRED
    if any(freeze.starts_on <= today <= freeze.ends_on for freeze in terms.freezes):
        return ContractState.FROZEN
    if visits_left(terms) == 0:
        return ContractState.USED_UP
    if today <= terms.ends_on:
        return ContractState.ACTIVE
    return ContractState.GRACE if today <= last_day_of_fee(terms) else ContractState.EXTRA_EXPIRY


def has_active_fee(terms: Terms, today: date) -> bool:
    """Whether a fee is active on a day: grace days count, extra expiry days do not."""
    return terms.starts_on <= today <= last_day_of_fee(terms)


def overlaps(span: DaySpan, others: tuple[DaySpan, ...]) -> bool:
    """Whether a span shares a day with one of the others."""
    return any(span.starts_on <= other.ends_on and other.starts_on <= span.ends_on for other in others)


def last_day_of_fee(terms: Terms) -> date:
    """The last day that counts as an active fee: with the grace days."""
    return terms.ends_on + timedelta(days=terms.grace_days)


def last_day_of_use(terms: Terms) -> date:
    """The last day on which the gate lets in: with grace days and extra expiry days."""
    return last_day_of_fee(terms) + timedelta(days=terms.extra_expiry_days)


def _span(days: DaySpan, zone: ZoneInfo) -> Span:
    return Span(start_of_day(days.starts_on, zone), start_of_day(days.ends_on + timedelta(days=1), zone))
