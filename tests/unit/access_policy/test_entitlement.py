"""Spans and windows are half-open."""

from access_policy.entitlement import EntitlementWindow, TimeSpan


def test_a_span_holds_its_start_and_not_its_end() -> None:
    span = TimeSpan(10, 20)
    assert [span.contains(at) for at in (9, 10, 19, 20)] == [False, True, True, False]


def test_a_window_runs_from_its_start_until_before_its_end() -> None:
    window = EntitlementWindow("ctr_a", 10, 20)
    assert [window.contains(at) for at in (9, 10, 19, 20)] == [False, True, True, False]


def test_a_window_is_frozen_within_any_of_its_freezes() -> None:
    window = EntitlementWindow("ctr_a", 0, 100, (TimeSpan(10, 20), TimeSpan(50, 60)))
    assert [window.is_frozen(at) for at in (9, 10, 20, 55)] == [False, True, False, True]
