"""Modes, and what becomes of them over a restart."""

import pytest

from gateway.domain.lane_mode import FREE_WAYS, LaneMode, ModeOrder, order_after_restart

NOON = 1_795_000_000


def test_every_mode_says_which_ways_it_leaves_open() -> None:
    assert set(FREE_WAYS) == set(LaneMode)
    assert {mode for mode, ways in FREE_WAYS.items() if not ways} == {
        LaneMode.NORMAL,
        LaneMode.LOCKED,
        LaneMode.LOCKDOWN,
    }


def test_an_evacuation_stays_over_a_restart_also_beyond_its_end() -> None:
    order = ModeOrder(LaneMode.EVACUATION, "anna", NOON)
    assert order_after_restart(order, NOON + 1, is_clock_trusted=True) == ModeOrder(LaneMode.EVACUATION, "anna")


@pytest.mark.parametrize(
    ("mode", "is_clock_trusted", "now_s", "stays"),
    [
        (LaneMode.FREE_PASSAGE, True, NOON - 1, True),
        (LaneMode.FREE_PASSAGE, True, NOON, False),
        (LaneMode.FREE_PASSAGE_IN, False, NOON - 1, False),
        (LaneMode.LOCKDOWN, False, NOON - 1, True),
        (LaneMode.LOCKED, True, NOON, False),
    ],
)
def test_a_mode_with_an_end_goes_on_only_where_that_is_the_safe_side(
    mode: LaneMode, is_clock_trusted: bool, now_s: int, stays: bool
) -> None:
    order = ModeOrder(mode, "anna", NOON)
    assert order_after_restart(order, now_s, is_clock_trusted=is_clock_trusted) == (order if stays else None)


def test_a_mode_without_an_end_stays_also_when_the_clock_knows_nothing() -> None:
    order = ModeOrder(LaneMode.FREE_PASSAGE, "anna")
    assert order_after_restart(order, 0, is_clock_trusted=False) == order
