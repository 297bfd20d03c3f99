from datetime import date

import pytest

from cloud.contracts.balance import Balance, BalanceColour, balance_of, lessons_left
from cloud.contracts.policy import DaySpan, Terms

GREEN, ORANGE, RED = BalanceColour
TODAY = date(2026, 1, 15)
FROZEN = (DaySpan(TODAY, TODAY),)


def terms(**changes: object) -> Terms:
    return Terms(**({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 31)} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("held", "colour", "left", "is_available"),
    [
        (terms(), GREEN, None, True),
        (terms(was_used=True), ORANGE, None, True),
        (terms(visits_total=10), GREEN, 10, True),
        (terms(visits_total=10, visits_used=4), ORANGE, 6, True),
        (terms(visits_total=10, visits_used=10), RED, 0, False),
        (terms(visits_total=10, visits_used=12), RED, 0, False),
        (terms(ends_on=date(2026, 1, 14)), RED, None, False),
        (terms(ends_on=date(2026, 1, 14), grace_days=1), GREEN, None, True),
        (terms(ends_on=date(2026, 1, 14), extra_expiry_days=1, visits_total=3, visits_used=1), ORANGE, 2, True),
        (terms(ends_on=date(2026, 1, 14), visits_total=3, visits_used=1), RED, 2, False),
        (terms(starts_on=date(2026, 1, 16)), None, None, False),
        (terms(freezes=FROZEN), GREEN, None, False),
        (terms(freezes=FROZEN, visits_total=3, visits_used=1), ORANGE, 2, False),
        (terms(freezes=FROZEN, visits_total=3, visits_used=3), RED, 0, False),
    ],
)
def test_green_is_unused_orange_partly_used_and_red_used_up_or_over(
    held: Terms, colour: BalanceColour | None, left: int | None, *, is_available: bool
) -> None:
    """Features 22, 23 and 24."""
    assert balance_of(held, TODAY) == Balance(colour, left, is_available)


def test_lessons_left_are_those_of_all_contracts_that_can_be_used_today() -> None:
    """Features 222 and 227."""
    pack, used_up = terms(visits_total=10, visits_used=8), terms(visits_total=5, visits_used=5)
    over = terms(ends_on=date(2026, 1, 14), visits_total=10)
    assert lessons_left([pack, used_up, over], TODAY) == 2
    assert lessons_left([pack, terms(visits_total=3)], TODAY) == 5
    assert lessons_left([pack, terms()], TODAY) is None
    assert lessons_left([over], TODAY) == 0
