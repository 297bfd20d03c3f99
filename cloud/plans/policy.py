"""What a plan means on the calendar and in money: its last day, and what is due when. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, get_args

from cloud.kit.months import add_months

PlanKind = Literal["fixed_term", "recurring", "visit_pack", "trial"]
"""`recurring` goes on period by period until it is ended; the others end by themselves."""
LengthUnit = Literal["days", "months"]
KINDS: Final[tuple[PlanKind, ...]] = get_args(PlanKind)

PLANS_MAX: Final = 200
PRICE_MAX: Final = 1_000_000_000
LENGTH_MAX: Final = 3653
MONTHS_MAX: Final = 120
INSTALMENTS_MAX: Final = 36
BLOCK_AFTER_DAYS: Final = 7
"""Unless a plan says otherwise, the gate reminds from the due date and refuses so many days later."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long a plan runs, or one period of it."""

    count: int
    unit: LengthUnit


@dataclass(frozen=True, slots=True)
class Price:
    """What is paid: `prepayment_minor` on the day of the sale, the rest in equal parts, one a month."""

    amount_minor: int
    instalments_count: int = 1
    prepayment_minor: int = 0


@dataclass(frozen=True, slots=True)
class DueLine:
    """An amount in minor units, and the day by which it is to be paid."""

    due_on: date
    amount_minor: int


def last_day(starts_on: date, length: Length, *, anchor_day: int | None = None) -> date:
    """The last day of a term that begins on a day: a month from the 15th ends on the 14th.

    `anchor_day` is the day of the month on which a series of periods began.
    """
    if length.unit == "days":
        return starts_on + timedelta(days=length.count - 1)
    return add_months(starts_on, length.count, anchor_day=anchor_day) - timedelta(days=1)


def split_amount(amount_minor: int, parts: int) -> tuple[int, ...]:
    """An amount in equal parts; what cannot be shared is in the first."""
    share, rest = divmod(amount_minor, parts)
    return (share + rest, *[share] * (parts - 1))


def due_lines(price: Price, *, sold_on: date, starts_on: date) -> tuple[DueLine, ...]:
    """What a sale asks for, in order: the prepayment at once, then the parts from the first day on, month by month."""
    rest = price.amount_minor - price.prepayment_minor
    parts = split_amount(rest, price.instalments_count) if rest else ()
    lines = [DueLine(add_months(starts_on, number), amount) for number, amount in enumerate(parts)]
    if price.prepayment_minor:
        lines.insert(0, DueLine(min(sold_on, starts_on), price.prepayment_minor))
    return tuple(line for line in lines if line.amount_minor)


def find_contradiction(
    kind: PlanKind, length: Length, price: Price, visits_total: int | None
) -> tuple[str, str] | None:
    """The field and the code of what makes a plan impossible, if anything does."""
    rules = (
        (kind == "visit_pack" and visits_total is None, "visits_total", "visits_missing"),
        (kind == "recurring" and visits_total is not None, "visits_total", "visits_of_recurring"),
        (kind == "recurring" and price.instalments_count > 1, "instalments_count", "instalments_of_recurring"),
        (kind == "recurring" and price.prepayment_minor > 0, "prepayment_minor", "prepayment_of_recurring"),
        (length.unit == "months" and length.count > MONTHS_MAX, "length", "too_long_months"),
        (price.prepayment_minor > price.amount_minor, "prepayment_minor", "more_than_price"),
    )
    return next(((field, code) for is_wrong, field, code in rules if is_wrong), None)
