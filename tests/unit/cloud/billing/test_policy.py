from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cloud.billing.policy import Due, DuesFlag, dues_flags, holds_card_number

ROME = ZoneInfo("Europe/Rome")


def test_unpaid_dues_remind_from_the_due_date_and_block_as_many_days_later_as_agreed() -> None:
    """Across the change to summer time, too."""
    assert dues_flags([Due(date(2026, 3, 25), 7)], ROME) == (
        DuesFlag("message", datetime(2026, 3, 24, 23, tzinfo=UTC)),
        DuesFlag("block", datetime(2026, 3, 31, 22, tzinfo=UTC)),
    )


def test_of_several_dues_the_first_to_act_counts() -> None:
    flags = dues_flags([Due(date(2026, 1, 1), 30), Due(date(2026, 1, 10), 0)], ROME)
    assert [(flag.effect, flag.starts_at.day) for flag in flags] == [("message", 31), ("block", 9)]


def test_nothing_owed_raises_no_flag() -> None:
    assert dues_flags([], ROME) == ()


@pytest.mark.parametrize(
    ("text", "is_card"),
    [
        ("4111 1111 1111 1111", True),
        ("paid with 5555-5555-5555-4444 today", True),
        ("4111 1111 1111 1112", False),
        ("pay_8213", False),
        ("", False),
        ("receipt 20260115 number 77", False),
    ],
)
def test_the_number_of_a_payment_card_is_recognised(text: str, *, is_card: bool) -> None:
    assert holds_card_number(text) is is_card
