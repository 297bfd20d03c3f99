"""Feature 21."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cloud.contracts.policy import (
    ContractState,
    DaySpan,
    Span,
    Terms,
    contract_state,
    freeze_spans,
    has_active_fee,
    overlaps,
    use_span,
    visits_left,
)

ROME = ZoneInfo("Europe/Rome")
JANUARY = Terms(starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 31))


def utc(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def terms(**changes: object) -> Terms:
    return Terms(**({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 31)} | changes))  # type: ignore[arg-type]


def test_the_last_day_counts_whole_in_the_sites_zone() -> None:
    assert use_span(JANUARY, ROME) == Span(datetime(2025, 12, 31, 23, tzinfo=UTC), utc(1, 31, 23))


def test_grace_and_extra_days_let_in_across_the_change_to_summer_time() -> None:
    extended = terms(ends_on=date(2026, 3, 27), grace_days=1, extra_expiry_days=1)
    assert use_span(extended, ROME).ends_at == utc(3, 29, 22)
    assert use_span(terms(ends_on=date(2026, 3, 28)), ROME).ends_at == utc(3, 28, 23)
    assert use_span(terms(ends_on=date(2026, 3, 29)), ROME).ends_at == utc(3, 29, 22)


def test_freezes_are_spans_in_order() -> None:
    frozen = terms(freezes=(DaySpan(date(2026, 1, 20), date(2026, 1, 20)), DaySpan(date(2026, 1, 5), date(2026, 1, 6))))
    assert freeze_spans(frozen, ROME) == (Span(utc(1, 4, 23), utc(1, 6, 23)), Span(utc(1, 19, 23), utc(1, 20, 23)))


@pytest.mark.parametrize(("total", "used", "left"), [(None, 9, None), (10, 0, 10), (10, 10, 0), (10, 12, 0)])
def test_visits_never_fall_below_zero(total: int | None, used: int, left: int | None) -> None:
    assert visits_left(terms(visits_total=total, visits_used=used)) == left


@pytest.mark.parametrize(
    ("today", "state", "is_fee_active"),
    [
        (date(2025, 12, 31), ContractState.UPCOMING, False),
        (date(2026, 1, 1), ContractState.ACTIVE, True),
        (date(2026, 1, 10), ContractState.FROZEN, True),
        (date(2026, 1, 31), ContractState.ACTIVE, True),
        (date(2026, 2, 1), ContractState.GRACE, True),
        (date(2026, 2, 2), ContractState.GRACE, True),
        (date(2026, 2, 3), ContractState.EXTRA_EXPIRY, False),
        (date(2026, 2, 4), ContractState.EXPIRED, False),
    ],
)
def test_a_contract_goes_through_its_states(today: date, state: ContractState, *, is_fee_active: bool) -> None:
    contract = terms(grace_days=2, extra_expiry_days=1, freezes=(DaySpan(date(2026, 1, 10), date(2026, 1, 10)),))
    assert contract_state(contract, today) == state
    assert has_active_fee(contract, today) == is_fee_active


def test_no_visits_left_shows_only_within_the_contract() -> None:
    used_up = terms(visits_total=1, visits_used=1)
    assert contract_state(used_up, date(2026, 1, 31)) == ContractState.USED_UP
    assert contract_state(used_up, date(2026, 2, 1)) == ContractState.EXPIRED


def test_spans_that_share_a_day_overlap() -> None:
    others = (DaySpan(date(2026, 1, 10), date(2026, 1, 12)),)
    assert overlaps(DaySpan(date(2026, 1, 12), date(2026, 1, 20)), others)
    assert overlaps(DaySpan(date(2026, 1, 1), date(2026, 1, 10)), others)
    assert overlaps(DaySpan(date(2026, 1, 11), date(2026, 1, 11)), others)
    assert not overlaps(DaySpan(date(2026, 1, 13), date(2026, 1, 20)), others)
    assert not overlaps(DaySpan(date(2026, 1, 1), date(2026, 1, 9)), others)
