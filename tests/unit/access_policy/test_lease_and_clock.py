"""How long allows hold without the cloud, and what an untrusted clock is believed, under each policy of the site."""

from dataclasses import replace

import pytest

from access_policy.decision import Reason, Signal
from access_policy.entitlement import Entitlement
from tests.unit.access_policy.gym import DAY, NOON, Gym

CUT_OFF = Gym(last_contact_at=NOON - 31 * DAY)
STAFF = Entitlement("mem_a", "Sara", "it", role="staff")
BRIGADE = Entitlement("mem_a", "Brigade", "it", role="emergency")


@pytest.mark.parametrize(
    ("policy", "member", "staff", "brigade"),
    [("refuse", False, False, True), ("staff_only", False, True, True), ("allow_and_report", True, True, True)],
)
def test_who_still_passes_when_the_lease_is_over(policy: str, member: bool, staff: bool, brigade: bool) -> None:
    gym = CUT_OFF.with_rules(lease_policy=policy)
    answers = [replace(gym, member=who).tap().is_granted for who in (gym.member, STAFF, BRIGADE)]
    assert answers == [member, staff, brigade]


def test_each_passage_without_a_lease_is_reported_where_the_site_allows_it() -> None:
    gym = CUT_OFF.with_rules(lease_policy="allow_and_report")
    assert gym.tap().signals == (Signal.LEASE_EXPIRED,)
    assert replace(gym, last_contact_at=NOON - 30 * DAY).tap().signals == ()


def test_where_everybody_may_leave_the_lease_keeps_nobody_in() -> None:
    assert CUT_OFF.leave().reason is Reason.LEASE_EXPIRED
    assert CUT_OFF.with_rules(exit_policy="may_leave").leave().is_granted


@pytest.mark.parametrize(
    ("policy", "member", "staff"),
    [("refuse_in_doubt", True, True), ("staff_only", False, True), ("ignore_times", True, True)],
)
def test_who_passes_while_the_clock_is_not_trusted(policy: str, member: bool, staff: bool) -> None:
    gym = Gym().with_rules(clock_policy=policy)
    answers = [replace(gym, member=who).tap(is_clock_trusted=False).is_granted for who in (gym.member, STAFF)]
    assert answers == [member, staff]


def test_a_lease_that_may_be_over_refuses_while_the_clock_is_not_trusted() -> None:
    gym = Gym(last_contact_at=NOON - 29 * DAY - 1)
    assert gym.tap().is_granted
    assert gym.tap(is_clock_trusted=False).reason is Reason.CLOCK_UNTRUSTED
    assert gym.with_rules(lease_policy="allow_and_report").tap(is_clock_trusted=False).is_granted
    assert gym.with_rules(clock_policy="ignore_times").tap(is_clock_trusted=False).is_granted


def test_where_everybody_may_leave_the_clock_keeps_nobody_in() -> None:
    gym = Gym().with_rules(exit_policy="may_leave", clock_policy="staff_only")
    assert gym.leave(is_clock_trusted=False).is_granted
