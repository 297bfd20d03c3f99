"""How many people may be in a zone."""

import pytest

from access_policy.decision import Reason, Rule
from tests.unit.access_policy.gym import NOON, Gym, inside

SMALL = Gym().with_zone(occupancy_limit=50)


def test_the_last_place_is_given_and_not_one_more() -> None:
    assert SMALL.tap(occupancy=49).is_granted
    decision = SMALL.tap(occupancy=50)
    assert (decision.reason, decision.rule) == (Reason.ZONE_FULL, Rule.OCCUPANCY)


def test_a_limit_of_nobody_lets_nobody_in() -> None:
    assert not SMALL.with_zone(occupancy_limit=0).tap().is_granted


def test_without_limit_the_count_does_not_matter() -> None:
    assert Gym().tap(occupancy=10_000).is_granted


def test_a_full_zone_is_left_freely() -> None:
    assert SMALL.leave(occupancy=50).is_granted


@pytest.mark.parametrize("role", ["staff", "emergency"])
def test_staff_and_the_fire_brigade_enter_a_full_zone(role: str) -> None:
    assert SMALL.with_member(role=role).tap(occupancy=50).is_granted


def test_who_breaks_anti_passback_hears_of_that_and_not_of_the_full_zone() -> None:
    gym = SMALL.with_zone(passback="hard")
    assert gym.tap(occupancy=50, whereabouts=inside(NOON - 3_600)).reason is Reason.ANTIPASSBACK_VIOLATION
