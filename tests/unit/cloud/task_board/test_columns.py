"""Where a card stands, until when, and what a move means: decision tables by the club's clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.task_board.columns import COLUMNS, CardTime, Column, column_of, moved_to, stands_until

ROME = ZoneInfo("Europe/Rome")
WEDNESDAY = datetime(2026, 11, 18, 15, 20, tzinfo=ROME)


def at(text: str, zone: ZoneInfo = ROME) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(step: str | None = None, day: str | None = None, zone: ZoneInfo = ROME) -> CardTime:
    return CardTime(at(step, zone) if step else None, date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    ("step", "column"),
    [
        (None, "unsorted"),
        ("2026-11-17T23:59", "overdue"),
        ("2026-11-18T15:20", "overdue"),
        ("2026-11-18T15:21", "today"),
        ("2026-11-18T23:59", "today"),
        ("2026-11-19T00:00", "tomorrow"),
        ("2026-11-19T23:59", "tomorrow"),
        ("2026-11-20T00:00", "this_week"),
        ("2026-11-22T23:59", "this_week"),
        ("2026-11-23T00:00", "later"),
        ("2027-03-01T10:00", "later"),
    ],
)
def test_a_card_stands_where_its_next_step_says(step: str | None, column: Column) -> None:
    """Features 168, 169, 170, 171, 172, 173, 174."""
    assert column_of(due(step), WEDNESDAY, ROME) == column


@pytest.mark.parametrize(
    ("day", "column"),
    [
        ("2026-11-17", "overdue"),
        ("2026-11-18", "today"),
        ("2026-11-19", "tomorrow"),
        ("2026-11-22", "this_week"),
        ("2026-11-23", "later"),
    ],
)
def test_without_a_next_step_the_whole_day_counts_until_which_it_is_to_be_completed(day: str, column: Column) -> None:
    """Features 169, 174."""
    assert column_of(due(day=day), WEDNESDAY, ROME) == column
    assert column_of(due("2026-11-19T10:00", day), WEDNESDAY, ROME) == "tomorrow"


@pytest.mark.parametrize(
    ("now", "step", "column"),
    [
        ("2026-11-21T10:00", "2026-11-22T10:00", "tomorrow"),
        ("2026-11-21T10:00", "2026-11-23T10:00", "later"),
        ("2026-11-22T10:00", "2026-11-23T10:00", "tomorrow"),
        ("2026-11-22T10:00", "2026-11-24T10:00", "later"),
        ("2026-11-23T00:00", "2026-11-29T10:00", "this_week"),
        ("2026-11-23T00:00", "2026-11-30T10:00", "later"),
    ],
)
def test_the_week_begins_on_monday(now: str, step: str, column: Column) -> None:
    """Features 172, 173."""
    assert column_of(due(step), at(now), ROME) == column


def test_midnight_is_that_of_the_club() -> None:
    """Feature 174."""
    card = due("2026-11-19T10:00")
    before, after = at("2026-11-18T23:59:59"), at("2026-11-19T00:00")
    assert column_of(card, before, ROME) == "tomorrow"
    assert stands_until(card, before, ROME) == after
    assert column_of(card, after, ROME) == "today"
    assert stands_until(card, after, ROME) == at("2026-11-19T10:00")
    auckland = ZoneInfo("Pacific/Auckland")
    assert column_of(card, before, auckland) == "today"
    assert stands_until(due(), before, ROME) is None
    assert stands_until(due("2026-11-01T10:00"), before, ROME) is None


@pytest.mark.parametrize(
    ("column", "step", "moved"),
    [
        ("today", "2026-11-25T18:30", "2026-11-18T18:30"),
        ("today", "2026-11-25T09:00", "2026-11-18T16:00"),
        ("tomorrow", "2026-11-17T09:15", "2026-11-19T09:15"),
        ("this_week", "2026-11-17T09:15", "2026-11-20T09:15"),
        ("later", "2026-11-17T09:15", "2026-11-23T09:15"),
        ("this_week", "2026-11-22T09:15", "2026-11-22T09:15"),
        ("later", "2027-01-22T09:15", "2027-01-22T09:15"),
        ("tomorrow", None, "2026-11-19T09:00"),
        ("today", None, "2026-11-18T16:00"),
    ],
)
def test_a_move_sets_the_day_and_keeps_the_time_unless_it_has_passed(
    column: Column, step: str | None, moved: str
) -> None:
    """Features 143, 165, 174."""
    assert moved_to(column, due(step), WEDNESDAY, ROME) == at(moved)


def test_in_the_last_hour_of_a_day_a_card_moves_to_the_end_of_it() -> None:
    """Feature 174."""
    now = at("2026-11-18T23:40")
    moved = moved_to("today", due("2026-11-17T09:00"), now, ROME)
    assert isinstance(moved, datetime)
    assert at("2026-11-18T23:59:59") < moved < at("2026-11-19T00:00")


@pytest.mark.parametrize(
    ("now", "column", "refusal"),
    [
        ("2026-11-18T10:00", "overdue", "not_into_overdue"),
        ("2026-11-18T10:00", "unsorted", "not_into_unsorted"),
        ("2026-11-21T10:00", "this_week", "week_is_over"),
        ("2026-11-22T10:00", "this_week", "week_is_over"),
    ],
)
def test_a_column_into_which_no_day_leads_refuses(now: str, column: Column, refusal: str) -> None:
    """Feature 174."""
    assert moved_to(column, due("2026-11-27T10:00"), at(now), ROME) == refusal


def test_the_time_of_the_day_survives_the_changes_of_the_clocks() -> None:
    """Feature 174. In Rome 2026-10-25 has 25 hours, and 02:30 of 2026-03-29 does not exist."""
    assert moved_to("tomorrow", due("2026-10-20T10:00"), at("2026-10-24T12:00"), ROME) == at("2026-10-25T10:00")
    gap = moved_to("tomorrow", due("2026-03-20T02:30"), at("2026-03-28T12:00"), ROME)
    assert isinstance(gap, datetime)
    assert gap.astimezone(ROME).date() == date(2026, 3, 29)
    assert stands_until(due("2026-10-27T10:00"), at("2026-10-25T01:00"), ROME) == at("2026-10-26T00:00")
    assert at("2026-10-26T00:00").astimezone(UTC) - at("2026-10-25T01:00").astimezone(UTC) == timedelta(hours=24)


def instants() -> st.SearchStrategy[datetime]:
    first = datetime(2025, 1, 1, tzinfo=UTC)
    return st.timedeltas(timedelta(), timedelta(days=1095)).map(lambda after: first + after)


@given(
    now=instants(),
    step=st.none() | instants(),
    column=st.sampled_from(COLUMNS),
    zone=st.sampled_from([ROME, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Santiago"), ZoneInfo("Pacific/Apia")]),
)
def test_after_a_move_the_card_stands_where_it_was_moved_to(
    now: datetime, step: datetime | None, column: Column, zone: ZoneInfo
) -> None:
    """Features 143, 174."""
    moved = moved_to(column, CardTime(step, None), now, zone)
    if isinstance(moved, datetime):
        card = CardTime(moved, None)
        assert column_of(card, now, zone) == column
        until = stands_until(card, now, zone)
        assert until is not None
        assert column_of(card, until - timedelta(microseconds=1), zone) == column
        assert column_of(card, until, zone) != column or column in {"this_week", "later"}
    else:
        assert column in {"overdue", "unsorted", "this_week"}
