"""Bars of a week: what reaches beyond midnight is seen on the day after."""

from access_policy.schedule import DayWindow
from cloud.access_rules.pages.week import Bar, day_names, special_views, week_views


def test_a_night_is_seen_on_both_days_and_sunday_reaches_into_monday() -> None:
    weekly = [[DayWindow(540, 1080)], [], [], [], [], [], [DayWindow(1320, 1500)]]
    views = week_views(weekly, "en")
    assert list(views[0].bars) == [Bar(0, 60), Bar(540, 540)]
    assert (views[6].name, views[6].hours, list(views[6].bars)) == ("Sunday", "22:00–01:00", [Bar(1320, 120)])
    assert (views[1].hours, list(views[1].bars)) == ("", [])


def test_special_days_come_by_name_and_end_at_midnight() -> None:
    views = special_views({"short": [DayWindow(1380, 1500)], "holiday": []})
    assert [(view.kind, list(view.bars)) for view in views] == [("holiday", []), ("short", [Bar(1380, 60)])]


def test_days_are_named_in_the_persons_language() -> None:
    assert [day_names(language)[0] for language in ("en", "it", "ru")] == ["Monday", "lunedì", "понедельник"]
