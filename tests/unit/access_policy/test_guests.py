"""Guests: after coming in the member taps again for each of them, up to the plan's number a day."""

from access_policy.decision import Reason, Rule, Signal
from access_policy.entitlement import EntitlementWindow
from access_policy.passback import GUEST_WITHIN_S
from tests.unit.access_policy.gym import DAY, NOON, Gym, inside

HOST = Gym().with_zone(passback="hard").with_contract(guests_per_day=2)
JUST_IN = inside(NOON - 10)


def test_a_second_tap_right_after_coming_in_lets_a_guest_in() -> None:
    decision = HOST.tap(whereabouts=JUST_IN)
    assert (decision.is_granted, decision.is_guest, decision.rule) == (True, True, Rule.GUEST)
    assert decision.zone_id == "club"


def test_the_first_tap_of_the_day_is_the_members_own() -> None:
    assert not HOST.tap().is_guest


def test_a_guest_comes_within_two_minutes() -> None:
    assert HOST.tap(whereabouts=inside(NOON - GUEST_WITHIN_S)).is_guest
    late = HOST.tap(whereabouts=inside(NOON - GUEST_WITHIN_S - 1))
    assert late.reason is Reason.ANTIPASSBACK_VIOLATION


def test_no_more_guests_come_than_the_plan_has_for_a_day() -> None:
    assert HOST.tap(whereabouts=JUST_IN, guests_today=1).is_guest
    assert HOST.tap(whereabouts=JUST_IN, guests_today=2).reason is Reason.ANTIPASSBACK_VIOLATION


def test_a_guest_is_no_violation_and_raises_no_signal() -> None:
    assert Signal.PASSBACK not in HOST.tap(whereabouts=JUST_IN).signals


def test_a_guest_who_takes_the_neighbouring_lane_does_not_look_like_a_copied_card() -> None:
    beside = inside(NOON - 3, lane_id="other door")
    assert HOST.tap(whereabouts=beside).is_guest
    assert HOST.tap(whereabouts=beside).signals == ()
    assert Signal.COPIED_CREDENTIAL in HOST.tap(whereabouts=beside, guests_today=2).signals


def test_a_guest_of_a_pack_burns_no_visit() -> None:
    assert not HOST.with_contract(visits_left=5).tap(whereabouts=JUST_IN).spends_visit


def test_a_member_who_came_in_on_the_last_visit_still_brings_a_guest() -> None:
    gym = HOST.with_contract(visits_left=1)
    assert gym.tap(whereabouts=JUST_IN, visits_spent={"ctr_a": 1}).is_guest


def test_the_contract_with_guests_is_used_for_a_guest_beside_one_without() -> None:
    plain = EntitlementWindow("ctr_plain", 0, NOON + DAY)
    host = EntitlementWindow("ctr_host", 0, NOON + 90 * DAY, guests_per_day=1)
    gym = HOST.with_member(windows=(plain, host))
    assert gym.tap().contract_id == "ctr_plain"
    assert gym.tap(whereabouts=JUST_IN).contract_id == "ctr_host"


def test_a_guest_counts_for_the_occupancy() -> None:
    full = HOST.with_zone(occupancy_limit=10)
    assert full.tap(whereabouts=JUST_IN, occupancy=9).is_guest
    assert full.tap(whereabouts=JUST_IN, occupancy=10).reason is Reason.ZONE_FULL


def test_the_way_out_knows_no_guests() -> None:
    assert not HOST.leave(whereabouts=JUST_IN).is_guest


def test_staff_need_no_guests() -> None:
    decision = HOST.with_member(role="staff").tap(whereabouts=JUST_IN)
    assert (decision.is_granted, decision.is_guest, decision.rule) == (True, False, Rule.ROLE)
