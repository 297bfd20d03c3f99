"""Modes of the lane, staff, the fire brigade, and who may leave."""

from dataclasses import replace

import pytest

from access_policy.credential import Credential
from access_policy.decision import Reason, Rule, Signal
from access_policy.entitlement import Entitlement
from tests.unit.access_policy.gym import NOON, Gym, block, inside, message

STAFF = replace(Gym(), member=Entitlement("mem_a", "Sara", "it", role="staff"))
BRIGADE = replace(Gym(), member=Entitlement("mem_a", "Brigade", "it", role="emergency"))
OPEN_EXIT = Gym().with_rules(exit_policy="may_leave")


@pytest.mark.parametrize(
    ("lane", "member", "staff", "brigade"),
    [
        ("free", Reason.GRANTED, Reason.GRANTED, Reason.GRANTED),
        ("locked", Reason.LANE_LOCKED, Reason.GRANTED, Reason.GRANTED),
        ("lockdown", Reason.LANE_LOCKED, Reason.LANE_LOCKED, Reason.GRANTED),
        ("busy", Reason.LANE_BUSY, Reason.LANE_BUSY, Reason.LANE_BUSY),
        ("not_ready", Reason.LANE_NOT_READY, Reason.LANE_NOT_READY, Reason.LANE_NOT_READY),
    ],
)
def test_whom_a_lane_lets_through_in_each_of_its_modes(
    lane: str, member: Reason, staff: Reason, brigade: Reason
) -> None:
    assert [gym.tap(lane=lane).reason for gym in (Gym(), STAFF, BRIGADE)] == [member, staff, brigade]


def test_staff_pass_without_a_contract() -> None:
    decision = STAFF.tap()
    assert (decision.rule, decision.contract_id, decision.spends_visit) == (Rule.ROLE, None, False)


def test_a_block_stops_staff_and_the_fire_brigades_card_too() -> None:
    assert replace(STAFF, flags=(block(),)).tap().reason is Reason.FLAGGED_BY_STAFF
    assert replace(BRIGADE, flags=(block(),)).tap().reason is Reason.FLAGGED_BY_STAFF


def test_every_use_of_the_emergency_card_is_told_to_staff() -> None:
    assert BRIGADE.tap().signals == (Signal.EMERGENCY,)
    assert BRIGADE.tap(lane="busy").signals == ()


def test_a_lost_card_is_refused_and_told_to_staff() -> None:
    decision = Gym(credential=Credential("00", "mem_a", "lost")).tap()
    assert (decision.reason, decision.signals) == (Reason.CREDENTIAL_NOT_ENABLED, (Signal.LOST_CREDENTIAL,))


def test_the_same_card_at_two_lanes_within_seconds_is_told_to_staff() -> None:
    elsewhere = inside(NOON - 9, "spa", "steam")
    assert Gym().tap(whereabouts=elsewhere).signals == (Signal.COPIED_CREDENTIAL,)
    assert Gym().tap(whereabouts=replace(elsewhere, since=NOON - 10)).signals == ()
    assert Gym().tap(whereabouts=replace(elsewhere, lane_id="door")).signals == ()
    assert Gym().with_rules(impossible_travel_s=0).tap(whereabouts=elsewhere).signals == ()


def test_leaving_obeys_blocks_unless_the_site_lets_everybody_out() -> None:
    assert replace(Gym(), flags=(block(),)).leave().reason is Reason.FLAGGED_BY_STAFF
    decision = replace(OPEN_EXIT, flags=(block(),)).leave()
    assert (decision.is_granted, decision.rule, decision.contract_id) == (True, Rule.EXIT, None)


@pytest.mark.parametrize("status", ["suspended", "lost", "revoked"])
def test_where_everybody_may_leave_a_lost_card_and_an_ended_contract_do_too(status: str) -> None:
    card = Credential("00", "mem_a", status)  # type: ignore[arg-type]
    assert replace(OPEN_EXIT, credential=card, member=None).leave().is_granted
    assert not replace(OPEN_EXIT, credential=card).tap().is_granted


def test_a_lockdown_holds_also_where_everybody_may_leave() -> None:
    assert OPEN_EXIT.leave(lane="lockdown").reason is Reason.LANE_LOCKED


def test_a_message_is_shown_to_staff_and_on_the_way_out() -> None:
    assert replace(STAFF, flags=(message(),)).tap().rule is Rule.MESSAGE_FLAG
    assert replace(OPEN_EXIT, flags=(message(),)).leave().rule is Rule.MESSAGE_FLAG


def test_a_grant_says_which_zone_the_rotation_leads_to() -> None:
    assert (Gym().tap().zone_id, Gym().tap(lane_id="steam").zone_id) == ("club", "spa")
    assert (Gym().leave().zone_id, Gym().leave(lane_id="steam").zone_id) == ("", "club")
