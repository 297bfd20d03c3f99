from datetime import date

import pytest

from cloud.plans.policy import DueLine, Length, PlanKind, Price, due_lines, find_contradiction, last_day, split_amount

JANUARY_15 = date(2026, 1, 15)


def test_a_month_ends_on_the_day_before_and_ten_days_are_ten() -> None:
    assert last_day(JANUARY_15, Length(1, "months")) == date(2026, 2, 14)
    assert last_day(JANUARY_15, Length(12, "months")) == date(2027, 1, 14)
    assert last_day(JANUARY_15, Length(10, "days")) == date(2026, 1, 24)


def test_what_cannot_be_shared_evenly_is_in_the_first_part() -> None:
    assert split_amount(10_000, 3) == (3334, 3333, 3333)
    assert split_amount(2, 3) == (2, 0, 0)


def test_instalments_are_due_a_month_apart_and_add_up_to_the_price() -> None:
    lines = due_lines(Price(10_000, 3), sold_on=date(2026, 1, 10), starts_on=date(2026, 1, 31))
    assert [line.due_on for line in lines] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert sum(line.amount_minor for line in lines) == 10_000


def test_the_prepayment_of_a_trial_is_due_on_the_day_of_the_sale() -> None:
    """Feature 233."""
    lines = due_lines(Price(1500, prepayment_minor=500), sold_on=date(2026, 1, 10), starts_on=JANUARY_15)
    assert lines == (DueLine(date(2026, 1, 10), 500), DueLine(JANUARY_15, 1000))
    whole = due_lines(Price(500, prepayment_minor=500), sold_on=JANUARY_15, starts_on=JANUARY_15)
    assert whole == (DueLine(JANUARY_15, 500),)


def test_what_costs_nothing_asks_for_nothing() -> None:
    assert due_lines(Price(0, 3), sold_on=JANUARY_15, starts_on=JANUARY_15) == ()


@pytest.mark.parametrize(
    ("kind", "length", "price", "visits", "found"),
    [
        ("fixed_term", Length(12, "months"), Price(49_000, 12), None, None),
        ("visit_pack", Length(90, "days"), Price(9000), None, ("visits_total", "visits_missing")),
        ("visit_pack", Length(90, "days"), Price(9000), 10, None),
        ("recurring", Length(1, "months"), Price(4900), 8, ("visits_total", "visits_of_recurring")),
        ("recurring", Length(1, "months"), Price(4900, 2), None, ("instalments_count", "instalments_of_recurring")),
        ("recurring", Length(1, "months"), Price(4900, 1, 1), None, ("prepayment_minor", "prepayment_of_recurring")),
        ("trial", Length(121, "months"), Price(0), 1, ("length", "too_long_months")),
        ("trial", Length(7, "days"), Price(500, 1, 501), 1, ("prepayment_minor", "more_than_price")),
    ],
)
def test_terms_that_contradict_each_other_are_named(
    kind: PlanKind, length: Length, price: Price, visits: int | None, found: tuple[str, str] | None
) -> None:
    assert find_contradiction(kind, length, price, visits) == found
