"""Sessions on the club's clock, over daylight saving."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cloud.class_sessions.policy import SERIES_MAX, Pattern, Slot, moved, slot_of, slots_of

ROME = ZoneInfo("Europe/Rome")


def local_hours(slots: list[Slot]) -> set[str]:
    return {f"{slot.starts_at.astimezone(ROME):%H:%M}" for slot in slots}


def test_a_series_stays_at_its_time_of_day_when_the_clocks_change() -> None:
    pattern = Pattern(first_on=date(2026, 3, 24), last_on=date(2026, 4, 7), starts=time(18), minutes=60)
    slots = slots_of(pattern, ROME)
    assert [slot.starts_at for slot in slots] == [
        datetime(2026, 3, 24, 17, tzinfo=UTC),
        datetime(2026, 3, 31, 16, tzinfo=UTC),
        datetime(2026, 4, 7, 16, tzinfo=UTC),
    ]
    assert local_hours(slots) == {"18:00"}
    assert {slot.ends_at - slot.starts_at for slot in slots} == {timedelta(hours=1)}


def test_a_time_that_the_clocks_skip_is_an_hour_later_that_day() -> None:
    assert slot_of(date(2026, 3, 29), time(2, 30), 60, ROME).starts_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_session_over_the_end_of_summer_time_lasts_as_long_as_any() -> None:
    slot = slot_of(date(2026, 10, 25), time(1, 30), 120, ROME)
    assert slot.ends_at - slot.starts_at == timedelta(hours=2)


def test_a_series_is_on_its_weekdays_alone() -> None:
    pattern = Pattern(
        first_on=date(2026, 11, 23), last_on=date(2026, 12, 6), starts=time(9), minutes=45, weekdays=(0, 3)
    )
    days = [slot.starts_at.astimezone(ROME).date().day for slot in slots_of(pattern, ROME)]
    assert days == [23, 26, 30, 3]


def test_a_series_without_end_is_cut_off() -> None:
    pattern = Pattern(
        first_on=date(2026, 1, 1), last_on=date(2199, 1, 1), starts=time(9), minutes=45, weekdays=range(7)
    )
    assert len(slots_of(pattern, ROME)) == SERIES_MAX + 1


def test_the_rest_of_a_series_moves_by_days_to_the_new_time_of_day() -> None:
    old, new = slot_of(date(2026, 3, 24), time(18), 60, ROME), slot_of(date(2026, 3, 25), time(19), 90, ROME)
    later = moved(slot_of(date(2026, 3, 31), time(18), 60, ROME), old=old, new=new, zone=ROME)
    assert later == slot_of(date(2026, 4, 1), time(19), 90, ROME)
