"""Anti-passback: who is inside does not come in again, hard, soft, for a time, by area, and until it is forgiven."""

import pytest

from access_policy.decision import Reason, Rule, Signal
from tests.unit.access_policy.gym import NOON, Gym, at, inside

HARD = Gym().with_zone(passback="hard")
AN_HOUR_AGO = inside(NOON - 3_600)


def test_hard_refuses_who_is_inside_already_and_tells_staff() -> None:
    decision = HARD.tap(whereabouts=AN_HOUR_AGO)
    assert (decision.reason, decision.rule) == (Reason.ANTIPASSBACK_VIOLATION, Rule.ANTI_PASSBACK)
    assert decision.signals == (Signal.PASSBACK,)


def test_soft_lets_in_and_tells_staff() -> None:
    decision = Gym().with_zone(passback="soft").tap(whereabouts=AN_HOUR_AGO)
    assert (decision.is_granted, decision.signals) == (True, (Signal.PASSBACK,))


def test_off_says_nothing() -> None:
    decision = Gym().tap(whereabouts=AN_HOUR_AGO)
    assert (decision.is_granted, decision.signals) == (True, ())


def test_timed_forgets_after_its_time() -> None:
    timed = HARD.with_zone(passback_s=1_800)
    assert not timed.tap(whereabouts=inside(NOON - 1_799)).is_granted
    assert timed.tap(whereabouts=inside(NOON - 1_800)).is_granted


def test_by_area_only_the_zone_that_is_entered_counts() -> None:
    assert HARD.tap(whereabouts=inside(NOON - 60, "spa", "steam")).is_granted
    assert HARD.tap(whereabouts=inside(NOON - 60, "")).is_granted, "left for outside"


def test_nobody_is_refused_on_the_way_out() -> None:
    assert HARD.leave(whereabouts=inside(NOON - 3_600, "")).is_granted


def test_everybody_counts_as_gone_at_the_zones_closing_time() -> None:
    closing = HARD.with_zone(forgive_minute=23 * 60)
    since_evening = inside(at("2026-03-02 22:59:59"))
    assert not closing.tap(at("2026-03-02 22:59:59"), whereabouts=since_evening).is_granted
    assert closing.tap(at("2026-03-02 23:00"), whereabouts=since_evening).is_granted
    assert not closing.tap(at("2026-03-03 08:00"), whereabouts=inside(at("2026-03-02 23:00"))).is_granted


def test_staff_forgive_a_member() -> None:
    gym = HARD.with_member(forgiven_at=NOON - 3_599)
    assert gym.tap(whereabouts=AN_HOUR_AGO).is_granted
    assert not gym.tap(whereabouts=inside(NOON - 3_599)).is_granted, "came in again since"


def test_staff_forgive_a_zone() -> None:
    assert HARD.with_zone(forgiven_at=NOON - 1).tap(whereabouts=AN_HOUR_AGO).is_granted


def test_a_clock_that_went_back_counts_the_move_as_just_made() -> None:
    assert not HARD.with_zone(passback_s=60).tap(whereabouts=inside(NOON + 500)).is_granted


@pytest.mark.parametrize("role", ["staff", "emergency"])
def test_staff_and_the_fire_brigade_come_and_go_unasked_and_unreported(role: str) -> None:
    decision = HARD.with_member(role=role).tap(whereabouts=AN_HOUR_AGO)
    assert decision.is_granted
    assert Signal.PASSBACK not in decision.signals


def test_a_zone_without_rules_knows_no_passback() -> None:
    gym = Gym(zones=())
    assert gym.tap(whereabouts=AN_HOUR_AGO).is_granted


@pytest.mark.parametrize("fold", [0, 1])
def test_a_minute_that_comes_twice_forgives_when_it_comes_first(fold: int) -> None:
    night = HARD.with_zone(forgive_minute=150)
    came = inside(at("2026-10-25 02:00", fold=0))
    assert night.tap(at("2026-10-25 02:45", fold=fold), whereabouts=came).is_granted


def test_between_the_two_showings_of_the_minute_nobody_is_forgiven_again() -> None:
    night = HARD.with_zone(forgive_minute=150)
    came = inside(at("2026-10-25 02:40", fold=0))
    assert not night.tap(at("2026-10-25 02:50", fold=1), whereabouts=came).is_granted
    assert not night.tap(at("2026-10-25 02:10", fold=1), whereabouts=came).is_granted


def test_a_minute_that_the_clock_skips_forgives_all_the_same() -> None:
    night = HARD.with_zone(forgive_minute=150)
    came = inside(at("2026-03-29 01:50"))
    assert not night.tap(at("2026-03-29 03:29:59"), whereabouts=came).is_granted
    assert night.tap(at("2026-03-29 03:30"), whereabouts=came).is_granted
