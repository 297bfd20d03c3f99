"""Laws of the policy, over any state of a member and any circumstances."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from access_policy.clock_doubt import CLOCK_DOUBT_S
from access_policy.decide import decide, judge
from access_policy.decision import Reason
from access_policy.entitlement import EntitlementWindow
from access_policy.facts import TapFacts
from access_policy.flags import Flag
from access_policy.gate_view import GateView
from access_policy.row_reading import recall_facts, record_facts
from sync_protocol.journal_events import AccessDecided, JournalEvent, parse_event, seal_event
from tests.property.access_policy.states import NOW, circumstances, flags, views, windows


def has_block_in_force(view: GateView) -> bool:
    return any(flag.effect == "block" and flag.bearing_on("turnstile", NOW) == "in_force" for flag in view.flags)


@given(views, circumstances)
def test_what_a_members_grant_rests_on(view: GateView, tap: TapFacts) -> None:
    decision = decide(view, tap)
    if not decision.is_granted:
        assert decision.reason is not Reason.GRANTED
        assert (decision.contract_id, decision.spends_visit, decision.is_guest) == (None, False, False)
        return
    assert view.site is not None
    assert view.credential is not None
    assert tap.lane not in {"busy", "not_ready"}
    if tap.direction == "out" and view.site.rules.exit_policy == "may_leave":
        return
    assert view.credential.status == "active"
    assert view.entitlement is not None
    if view.entitlement.role == "member":
        used = [window for window in view.entitlement.windows if window.contract_id == decision.contract_id]
        assert any(window.contains(NOW) and not window.is_frozen(NOW) for window in used)


@given(views, circumstances)
def test_a_block_in_force_is_never_outvoted_on_the_way_in(view: GateView, tap: TapFacts) -> None:
    entering = replace(tap, direction="in")
    if has_block_in_force(view):
        assert not decide(view, entering).is_granted


@given(views, circumstances)
def test_a_block_in_force_keeps_in_nobody_but_where_the_site_says_so(view: GateView, tap: TapFacts) -> None:
    leaving = replace(tap, direction="out")
    if has_block_in_force(view) and decide(view, leaving).is_granted:
        assert view.site is not None
        assert view.site.rules.exit_policy == "may_leave"


@given(views, circumstances, flags)
def test_one_more_flag_never_lets_anybody_pass_who_was_refused(view: GateView, tap: TapFacts, more: Flag) -> None:
    if not decide(view, tap).is_granted:
        assert not decide(replace(view, flags=(*view.flags, more)), tap).is_granted


@given(views, circumstances)
def test_taking_something_from_the_member_never_lets_them_pass(view: GateView, tap: TapFacts) -> None:
    who = view.entitlement
    if who is None or decide(view, tap).is_granted:
        return
    poorer = (
        None,
        replace(who, windows=()),
        *(replace(who, windows=who.windows[:at] + who.windows[at + 1 :]) for at in range(len(who.windows))),
        *(replace(who, bookings=who.bookings[:at] + who.bookings[at + 1 :]) for at in range(len(who.bookings))),
        replace(who, role="member"),
        replace(who, forgiven_at=None),
    )
    assert not any(decide(replace(view, entitlement=less), tap).is_granted for less in poorer)


@given(views, circumstances, windows)
def test_one_more_contract_never_shuts_out_whom_the_others_let_in(
    view: GateView, tap: TapFacts, more: EntitlementWindow
) -> None:
    if view.entitlement is not None and decide(view, tap).is_granted:
        richer = replace(view.entitlement, windows=(*view.entitlement.windows, more))
        assert decide(replace(view, entitlement=richer), tap).is_granted


@given(views, circumstances)
def test_taking_a_grant_from_a_level_never_lets_anybody_pass(view: GateView, tap: TapFacts) -> None:
    if view.site is None or decide(view, tap).is_granted:
        return
    level = view.site.levels["lev_a"]
    for index in range(len(level.grants)):
        fewer = replace(level, grants=level.grants[:index] + level.grants[index + 1 :])
        assert not decide(replace(view, site=replace(view.site, levels={"lev_a": fewer})), tap).is_granted


@given(views, circumstances)
def test_doubt_about_the_time_never_lets_anybody_pass_who_was_refused(view: GateView, tap: TapFacts) -> None:
    sure, unsure = replace(tap, is_clock_trusted=True), replace(tap, is_clock_trusted=False)
    assert decide(view, sure).is_granted or not decide(view, unsure).is_granted


@given(views, circumstances, st.integers(0, CLOCK_DOUBT_S))
def test_whom_a_doubtful_clock_lets_in_would_pass_at_the_true_time_too(
    view: GateView, tap: TapFacts, late_s: int
) -> None:
    if view.site is None or view.site.rules.clock_policy != "refuse_in_doubt":
        return
    # What lies at hand is true at any time: who came in is inside, and a guest comes within two minutes.
    unsure = replace(tap, is_clock_trusted=False, whereabouts=None)
    late = replace(unsure, is_clock_trusted=True, now_s=NOW + late_s)
    if decide(view, unsure).is_granted:
        assert decide(view, late).is_granted


@given(views, circumstances)
def test_the_journal_lets_anybody_come_to_the_same_decision(view: GateView, tap: TapFacts) -> None:
    decision = decide(view, tap)
    body = AccessDecided(
        "t", tap.lane_id, tap.direction, "r", "00", decision.outcome, decision.reason, decision.rule, decision.revision,
        facts=record_facts(tap, view.last_contact_at),
    )  # fmt: skip
    back = parse_event(seal_event(JournalEvent(1, "b", 0, 0, "synced", body), bytes(32))).body
    assert isinstance(back, AccessDecided)
    assert back.facts is not None
    as_then = replace(view, last_contact_at=back.facts.last_contact_at)
    assert decide(as_then, recall_facts(back.facts, back.lane_id, back.direction)) == decision


@given(views, circumstances)
def test_the_way_to_a_decision_ends_with_the_rule_that_settled_it(view: GateView, tap: TapFacts) -> None:
    judgement = judge(view, tap)
    *asked, last = judgement.steps
    refusal = None if judgement.decision.is_granted else judgement.decision.reason
    assert (last.rule, last.refusal) == (judgement.decision.rule, refusal)
    assert all(step.refusal is None for step in asked)
    assert len({step.rule for step in asked}) == len(asked)
