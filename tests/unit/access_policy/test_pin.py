"""The PIN as a second factor, and the one that calls for help."""

import pytest

from access_policy.decision import Reason, Rule, Signal
from tests.unit.access_policy.gym import NOON, PINS, Gym

STRICT = Gym().with_zone(needs_pin=True)


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        ("none", Reason.PIN_MISSING),
        ("right", Reason.GRANTED),
        ("wrong", Reason.INVALID_PIN),
        ("duress", Reason.GRANTED),
        ("held_off", Reason.PIN_HELD_OFF),
    ],
)
def test_a_zone_with_pin_asks_for_the_right_one(pin: str, reason: Reason) -> None:
    assert STRICT.tap(pin=pin).reason is reason


def test_a_zone_without_pin_asks_for_none_but_a_wrong_one_is_wrong() -> None:
    assert Gym().tap(pin="none").is_granted
    decision = Gym().tap(pin="wrong")
    assert (decision.reason, decision.rule) == (Reason.INVALID_PIN, Rule.PIN)


def test_a_duress_pin_opens_like_the_right_one_and_tells_staff() -> None:
    right, duress = STRICT.tap(pin="right"), STRICT.tap(pin="duress")
    assert (duress.outcome, duress.reason, duress.rule) == (right.outcome, right.reason, right.rule)
    assert duress.signals == (Signal.DURESS,)
    assert right.signals == ()


def test_a_duress_pin_tells_staff_also_when_the_member_is_refused() -> None:
    assert STRICT.with_member(windows=()).tap(pin="duress").signals == (Signal.DURESS,)


def test_the_fire_brigade_types_nothing() -> None:
    assert STRICT.with_member(role="emergency").tap(pin="none").is_granted


@pytest.mark.parametrize("pin", PINS)
def test_where_everybody_may_leave_no_pin_keeps_anybody_in(pin: str) -> None:
    assert STRICT.with_rules(exit_policy="may_leave").leave(NOON, lane_id="steam", pin=pin).is_granted
