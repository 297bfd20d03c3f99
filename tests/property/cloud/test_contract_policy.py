"""Days and instants agree in every time zone, also where clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from cloud.billing.policy import Due, dues_flags
from cloud.contracts.policy import (
    ContractState,
    DaySpan,
    Terms,
    contract_state,
    freeze_spans,
    has_active_fee,
    use_span,
)
from cloud.kit.clock import local_day, start_of_day

# Clocks change at midnight (Havana, Beirut, Santiago), by half an hour (Lord Howe), in winter (Casablanca), never.
ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Rome",
        "Europe/Moscow",
        "America/Havana",
        "Asia/Beirut",
        "America/Santiago",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Asia/Kathmandu",
        "Pacific/Kiritimati",
    ]
).map(ZoneInfo)
DAYS = st.dates(date(2012, 1, 1), date(2037, 12, 31))
EXTRA = st.integers(0, 40)


@st.composite
def day_spans(draw: st.DrawFn) -> DaySpan:
    starts_on = draw(DAYS)
    return DaySpan(starts_on, starts_on + timedelta(days=draw(st.integers(0, 400))))


@st.composite
def all_terms(draw: st.DrawFn) -> Terms:
    days = draw(day_spans())
    return Terms(
        starts_on=days.starts_on,
        ends_on=days.ends_on,
        grace_days=draw(EXTRA),
        extra_expiry_days=draw(EXTRA),
        freezes=tuple(draw(st.lists(day_spans(), max_size=3))),
        visits_total=draw(st.none() | st.integers(1, 5)),
        visits_used=draw(st.integers(0, 7)),
    )


@given(DAYS, ZONES)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: ZoneInfo) -> None:
    starts_at, ends_at = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)
    assert timedelta(hours=22) < ends_at - starts_at < timedelta(hours=26)
    assert local_day(starts_at, zone) == day == local_day(ends_at - timedelta(microseconds=1), zone)
    assert local_day(starts_at - timedelta(microseconds=1), zone) == day - timedelta(days=1)


@given(all_terms(), ZONES, st.datetimes(datetime(2012, 1, 1), datetime(2039, 1, 1)))  # noqa: DTZ001
def test_an_instant_is_within_the_span_exactly_when_its_day_is(terms: Terms, zone: ZoneInfo, naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    today = local_day(at, zone)
    span = use_span(terms, zone)
    is_over = contract_state(terms, today) in {ContractState.UPCOMING, ContractState.EXPIRED}
    assert (span.starts_at <= at < span.ends_at) == (not is_over)
    for freeze, frozen in zip(sorted(terms.freezes, key=lambda f: f.starts_on), freeze_spans(terms, zone), strict=True):
        assert (frozen.starts_at <= at < frozen.ends_at) == (freeze.starts_on <= today <= freeze.ends_on)


@given(all_terms(), DAYS)
def test_extra_days_let_in_without_a_fee_and_grace_days_with_one(terms: Terms, today: date) -> None:
    state = contract_state(terms, today)
    if state in {ContractState.ACTIVE, ContractState.GRACE}:
        assert has_active_fee(terms, today)
    if state in {ContractState.UPCOMING, ContractState.EXTRA_EXPIRY, ContractState.EXPIRED}:
        assert not has_active_fee(terms, today)


@given(st.lists(st.builds(Due, DAYS, st.integers(0, 60)), max_size=4), ZONES)
def test_of_all_unpaid_dues_the_first_to_act_makes_the_flag(dues: list[Due], zone: ZoneInfo) -> None:
    flags = dues_flags(dues, zone)
    if not dues:
        assert flags == ()
        return
    reminder, block = flags
    assert (reminder.effect, block.effect) == ("message", "block")
    assert local_day(reminder.starts_at, zone) == min(due.due_on for due in dues)
    assert local_day(block.starts_at, zone) == min(due.due_on + timedelta(days=due.block_after_days) for due in dues)
    assert reminder.starts_at <= block.starts_at
