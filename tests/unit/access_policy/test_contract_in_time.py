"""Contracts, freezes and packs of visits: from when until when they let the member in."""

from access_policy.decision import Reason, Rule
from access_policy.entitlement import EntitlementWindow, TimeSpan
from tests.unit.access_policy.gym import DAY, NOON, Gym, at

FREEZE = TimeSpan(at("2026-03-10 00:00"), at("2026-03-20 00:00"))
FROZEN = Gym().with_contract(freezes=(FREEZE,))


def test_a_membership_is_frozen_from_the_first_midnight_to_the_last() -> None:
    assert FROZEN.tap(FREEZE.starts_at - 1).is_granted
    assert FROZEN.tap(FREEZE.starts_at).reason is Reason.MEMBERSHIP_FROZEN
    assert FROZEN.tap(FREEZE.ends_at - 1).rule is Rule.CONTRACT_FREEZE
    assert FROZEN.tap(FREEZE.ends_at).is_granted


def test_who_is_inside_when_the_freeze_begins_is_let_out_only_where_everybody_may_leave() -> None:
    assert FROZEN.leave(FREEZE.starts_at).reason is Reason.MEMBERSHIP_FROZEN
    assert FROZEN.with_rules(exit_policy="may_leave").leave(FREEZE.starts_at).is_granted


def test_a_contract_that_begins_tomorrow_is_told_from_one_that_has_ended() -> None:
    assert Gym().with_contract(starts_at=NOON + DAY).tap().reason is Reason.CREDENTIAL_NOT_ACTIVE
    assert Gym().with_contract(ends_at=NOON).tap().reason is Reason.CREDENTIAL_EXPIRED


def test_a_gap_between_two_contracts_is_found_in_the_doubt_about_the_time() -> None:
    contracts = (EntitlementWindow("ctr_1", 0, NOON + 100), EntitlementWindow("ctr_2", NOON + 200, NOON + 9 * DAY))
    gym = Gym().with_member(windows=contracts)
    assert gym.tap().is_granted
    assert gym.tap(is_clock_trusted=False).reason is Reason.CLOCK_UNTRUSTED
    seamless = (contracts[0], EntitlementWindow("ctr_2", NOON + 100, NOON + 9 * DAY))
    assert Gym().with_member(windows=seamless).tap(is_clock_trusted=False).is_granted


def test_a_freeze_of_an_hour_is_found_in_the_doubt_about_the_time() -> None:
    gym = Gym().with_contract(freezes=(TimeSpan(NOON + 3_600, NOON + 7_200),))
    assert gym.tap(is_clock_trusted=False).reason is Reason.CLOCK_UNTRUSTED


def test_the_last_visit_of_a_pack_lets_in_once() -> None:
    pack = Gym().with_contract(visits_left=1)
    assert pack.tap().spends_visit
    assert pack.tap(visits_spent={"ctr_a": 1}).reason is Reason.NO_VISITS_LEFT


def test_visits_burnt_on_another_contract_do_not_count_for_this_one() -> None:
    assert Gym().with_contract(visits_left=1).tap(visits_spent={"ctr_b": 5}).is_granted


def test_more_visits_burnt_here_than_the_cloud_had_counted_refuse_and_never_underflow() -> None:
    pack = Gym().with_contract(visits_left=1)
    assert pack.tap(visits_spent={"ctr_a": 3}).reason is Reason.NO_VISITS_LEFT


def test_a_pack_is_spared_while_another_contract_lets_in_here() -> None:
    unlimited = EntitlementWindow("ctr_u", 0, NOON + 90 * DAY)
    gym = Gym().with_member(windows=(EntitlementWindow("ctr_p", 0, NOON + DAY, visits_left=5), unlimited))
    decision = gym.tap()
    assert (decision.contract_id, decision.spends_visit) == ("ctr_u", False)
