"""Every rule of the policy, and the order among them."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from access_policy.clock_doubt import CLOCK_DOUBT_S
from access_policy.credential import Credential, CredentialStatus
from access_policy.decide import decide
from access_policy.decision import Decision, Reason, Rule
from access_policy.entitlement import Entitlement, EntitlementWindow, TimeSpan
from access_policy.facts import TapFacts
from access_policy.flags import Flag, FlagSource
from access_policy.gate_view import GateView
from access_policy.rules import ONLINE_GRACE_S, REASON_OF_SOURCE, SECONDS_PER_DAY
from access_policy.schedule import Calendar
from access_policy.site_policy import SitePolicy, SiteRules

NOW = 100 * SECONDS_PER_DAY
SITE = SitePolicy(SiteRules("sit_a", "Club", "Europe/Rome", "it", lease_days=30), Calendar(ZoneInfo("Europe/Rome")))
RUNNING = EntitlementWindow("ctr_a", NOW - SECONDS_PER_DAY, NOW + 30 * SECONDS_PER_DAY)
BLOCK = Flag("flg_b", "mem_a", "manual", "block")
MESSAGE = Flag("flg_m", "mem_a", "task", "message")


def tap(**changes: object) -> TapFacts:
    usual = TapFacts("lan_a", "in", "free", NOW, is_clock_trusted=True)
    return replace(usual, **changes)  # type: ignore[arg-type]


def view(
    *windows: EntitlementWindow, flags: tuple[Flag, ...] = (), status: CredentialStatus = "active", **changes: object
) -> GateView:
    usual = GateView(
        Credential("00", "mem_a", status), Entitlement("mem_a", "Anna", "ru", windows), flags, SITE, 7, NOW - 60
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def said(decision: Decision) -> tuple[str, Reason, Rule]:
    return decision.outcome, decision.reason, decision.rule


def test_a_member_with_a_running_contract_is_allowed() -> None:
    decision = decide(view(RUNNING), tap())
    assert said(decision) == ("allow", Reason.GRANTED, Rule.CONTRACT)
    assert decision.holder is not None
    assert (decision.holder.member_id, decision.holder.display_name, decision.holder.locale) == ("mem_a", "Anna", "ru")
    assert (decision.contract_id, decision.spends_visit, decision.revision) == ("ctr_a", False, 7)


def test_without_any_state_nobody_is_allowed() -> None:
    assert said(decide(view(RUNNING, site=None), tap())) == ("block", Reason.SITE_UNKNOWN, Rule.NO_STATE_YET)


def test_an_unknown_credential_is_refused() -> None:
    decision = decide(view(credential=None, entitlement=None), tap())
    assert said(decision) == ("block", Reason.CREDENTIAL_NOT_FOUND, Rule.UNKNOWN_CREDENTIAL)
    assert decision.holder is None


@pytest.mark.parametrize("status", ["suspended", "lost", "revoked"])
def test_a_credential_that_is_not_active_is_refused(status: CredentialStatus) -> None:
    decision = decide(view(RUNNING, status=status), tap())
    assert said(decision) == ("block", Reason.CREDENTIAL_NOT_ENABLED, Rule.CREDENTIAL_STATUS)


@pytest.mark.parametrize(("source", "reason"), list(REASON_OF_SOURCE.items()))
def test_a_blocking_flag_refuses_with_the_reason_of_its_source(source: FlagSource, reason: Reason) -> None:
    decision = decide(view(RUNNING, flags=(replace(BLOCK, source=source),)), tap())
    assert said(decision) == ("block", reason, Rule.BLOCKING_FLAG)


def test_a_block_beats_everything_else_that_concerns_a_known_member() -> None:
    decision = decide(view(flags=(MESSAGE, BLOCK), status="lost", last_contact_at=None), tap(lane="busy"))
    assert decision.rule is Rule.BLOCKING_FLAG
    assert [flag.flag_id for flag in decision.flags] == ["flg_b", "flg_m"]


def test_a_message_lets_the_member_through_and_is_shown() -> None:
    decision = decide(view(RUNNING, flags=(MESSAGE,)), tap())
    assert said(decision) == ("message", Reason.GRANTED, Rule.MESSAGE_FLAG)
    assert decision.flags == (MESSAGE,)


def test_a_member_without_contract_is_refused() -> None:
    assert said(decide(view(), tap())) == ("block", Reason.NO_ENTITLEMENT, Rule.NO_CONTRACT)


def test_a_credential_whose_member_is_not_known_is_refused_in_the_sites_language() -> None:
    decision = decide(view(entitlement=None), tap())
    assert decision.reason is Reason.NO_ENTITLEMENT
    assert decision.holder is not None
    assert decision.holder.locale == "it"


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "reason"),
    [(-2, -1, Reason.CREDENTIAL_EXPIRED), (1, 2, Reason.CREDENTIAL_NOT_ACTIVE)],
)
def test_outside_its_window_a_contract_lets_nobody_in(starts_in: int, ends_in: int, reason: Reason) -> None:
    window = EntitlementWindow("ctr_a", NOW + starts_in, NOW + ends_in)
    assert said(decide(view(window), tap())) == ("block", reason, Rule.CONTRACT_WINDOW)


def test_the_last_second_of_a_contract_is_the_one_before_its_end() -> None:
    assert decide(view(replace(RUNNING, ends_at=NOW + 1)), tap()).is_granted
    assert not decide(view(replace(RUNNING, ends_at=NOW)), tap()).is_granted


def test_a_frozen_membership_is_refused_also_while_offline() -> None:
    frozen = replace(RUNNING, freezes=(TimeSpan(NOW - 1, NOW + 1),))
    decision = decide(view(frozen, last_contact_at=NOW - 10 * SECONDS_PER_DAY), tap())
    assert said(decision) == ("block", Reason.MEMBERSHIP_FROZEN, Rule.CONTRACT_FREEZE)


def test_a_second_contract_that_is_not_frozen_lets_the_member_in() -> None:
    frozen = replace(RUNNING, freezes=(TimeSpan(NOW - 1, NOW + 1),))
    assert decide(view(frozen, replace(RUNNING, contract_id="ctr_b")), tap()).contract_id == "ctr_b"


def test_visits_burnt_here_count_before_the_cloud_knows_of_them() -> None:
    pack = replace(RUNNING, visits_left=2)
    assert decide(view(pack), tap(visits_spent={"ctr_a": 1})).spends_visit
    decision = decide(view(pack), tap(visits_spent={"ctr_a": 2}))
    assert said(decision) == ("block", Reason.NO_VISITS_LEFT, Rule.CONTRACT_VISITS)


def test_a_contract_without_limit_is_used_before_a_pack_of_visits() -> None:
    pack = replace(RUNNING, contract_id="ctr_pack", visits_left=5, ends_at=RUNNING.ends_at - 1)
    decision = decide(view(pack, RUNNING), tap())
    assert (decision.contract_id, decision.spends_visit) == ("ctr_a", False)


def test_of_two_packs_the_one_that_ends_first_is_used() -> None:
    late = replace(RUNNING, contract_id="ctr_late", visits_left=5)
    early = replace(late, contract_id="ctr_early", ends_at=late.ends_at - 1)
    assert decide(view(late, early), tap()).contract_id == "ctr_early"


def test_leaving_costs_no_visit_and_needs_none_left() -> None:
    decision = decide(view(replace(RUNNING, visits_left=0)), tap(direction="out"))
    assert decision.is_granted
    assert not decision.spends_visit


def test_allows_are_leases_that_end_without_contact() -> None:
    at_the_edge = NOW - 30 * SECONDS_PER_DAY
    assert decide(view(RUNNING, last_contact_at=at_the_edge), tap()).is_granted
    decision = decide(view(RUNNING, last_contact_at=at_the_edge - 1), tap())
    assert said(decision) == ("block", Reason.LEASE_EXPIRED, Rule.LEASE)
    assert decide(view(RUNNING, last_contact_at=None), tap()).reason is Reason.LEASE_EXPIRED


def test_a_lease_of_no_days_asks_for_a_cloud_that_is_there_now() -> None:
    strict = replace(SITE, rules=replace(SITE.rules, lease_days=0))
    assert decide(view(RUNNING, site=strict, last_contact_at=NOW - ONLINE_GRACE_S), tap()).is_granted
    assert not decide(view(RUNNING, site=strict, last_contact_at=NOW - ONLINE_GRACE_S - 1), tap()).is_granted


def test_an_untrusted_clock_refuses_only_what_may_have_ended_meanwhile() -> None:
    in_doubt = tap(is_clock_trusted=False)
    assert decide(view(RUNNING), in_doubt).is_granted
    ends_soon = replace(RUNNING, ends_at=NOW + CLOCK_DOUBT_S)
    assert said(decide(view(ends_soon), in_doubt)) == ("block", Reason.CLOCK_UNTRUSTED, Rule.CLOCK)
    assert decide(view(ends_soon), tap()).is_granted


def test_an_untrusted_clock_never_hides_the_real_reason() -> None:
    expired = replace(RUNNING, ends_at=NOW - 1)
    assert decide(view(expired), tap(is_clock_trusted=False)).reason is Reason.CREDENTIAL_EXPIRED


@pytest.mark.parametrize(("lane", "reason"), [("busy", Reason.LANE_BUSY), ("not_ready", Reason.LANE_NOT_READY)])
def test_a_lane_that_is_taken_or_out_of_order_refuses_whom_the_rest_would_allow(lane: str, reason: Reason) -> None:
    assert said(decide(view(RUNNING, flags=(MESSAGE,)), tap(lane=lane))) == ("block", reason, Rule.LANE_CONDITION)
    assert decide(view(), tap(lane=lane)).reason is Reason.NO_ENTITLEMENT
