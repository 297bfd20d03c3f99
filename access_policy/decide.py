"""The one function that grants or denies: `decide`; `judge` also tells each rule that was asked on the way."""

from dataclasses import dataclass

from access_policy.contract_choice import Denial
from access_policy.decision import ConsideredFlag, Decision, Holder, Reason, Rule
from access_policy.entitlement import EntitlementWindow
from access_policy.facts import TapFacts
from access_policy.flags import judge_flags
from access_policy.gate_view import GateView
from access_policy.rules import RULES, Question, find_contract, signals_of
from access_policy.site_policy import SitePolicy
from access_policy.zone import OUTSIDE, LanePlace

DEVICE_KIND = "turnstile"


@dataclass(frozen=True, slots=True)
class Step:
    """A rule that was asked; None: it let the case pass."""

    rule: Rule
    refusal: Reason | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision and the way to it: the rules asked, the last one being the one that settled the matter."""

    decision: Decision
    steps: tuple[Step, ...]


def decide(view: GateView, facts: TapFacts) -> Decision:
    """Answer a tap. Every path yields a decision; nothing is raised."""
    return judge(view, facts).decision


def judge(view: GateView, facts: TapFacts) -> Judgement:
    """Answer a tap, and tell how."""
    for rule, reason, is_missing in (
        (Rule.NO_STATE_YET, Reason.SITE_UNKNOWN, view.site is None),
        (Rule.UNKNOWN_CREDENTIAL, Reason.CREDENTIAL_NOT_FOUND, view.credential is None),
    ):
        if is_missing:
            return Judgement(Decision("block", reason, rule, view.revision), (Step(rule, reason),))
    assert view.site is not None, "asked above"
    question = _question(view, view.site, facts)
    steps: list[Step] = []
    for rule, check in RULES:
        refusal = check(question)
        steps.append(Step(_rule_asked(rule, question), refusal))
        if refusal is not None:
            return Judgement(_refused(view, question, steps[-1].rule, refusal), tuple(steps))
    decision = _granted(view, question)
    return Judgement(decision, (*steps, Step(decision.rule, None)))


def _question(view: GateView, site: SitePolicy, facts: TapFacts) -> Question:
    assert view.credential is not None, "only a known credential is judged by the rules"
    zone_id = site.lanes.get(facts.lane_id, LanePlace(facts.lane_id)).zone_entered(facts.direction)
    return Question(
        site=site,
        credential=view.credential,
        entitlement=view.entitlement,
        flags=judge_flags(view.flags, DEVICE_KIND, facts.now_s),
        facts=facts,
        last_contact_at=view.last_contact_at,
        zone=site.zones.get(zone_id),
        contract=find_contract(site, view.entitlement, facts, zone_id),
    )


def _rule_asked(rule: Rule, question: Question) -> Rule:
    """Of the contracts the question at which the last of them failed says more than their name."""
    is_refused = rule is Rule.CONTRACT and isinstance(question.contract, Denial) and question.role == "member"
    return question.contract.rule if is_refused and isinstance(question.contract, Denial) else rule


def _refused(view: GateView, question: Question, rule: Rule, reason: Reason) -> Decision:
    block = question.flags.block
    shown = (block, *question.flags.messages) if rule is Rule.BLOCKING_FLAG and block else question.flags.messages
    return Decision(
        "block",
        reason,
        rule,
        view.revision,
        holder=_holder(question),
        flags=() if rule is Rule.LANE_CONDITION else shown,
        considered=_considered(view, question.facts),
        signals=signals_of(question, is_granted=False),
    )


def _granted(view: GateView, question: Question) -> Decision:
    contract = question.contract if isinstance(question.contract, EntitlementWindow) else None
    pays = contract if question.role == "member" and not question.is_leaving_freely else None
    is_guest = question.standing == "guest"
    messages = question.flags.messages
    return Decision(
        "message" if messages else "allow",
        Reason.GRANTED,
        _granting_rule(question, is_guest=is_guest),
        view.revision,
        holder=_holder(question),
        contract_id=pays.contract_id if pays else None,
        # Leaving is no visit and costs none, and a guest is not the member's visit.
        spends_visit=bool(pays and pays.visits_left is not None and question.facts.direction == "in" and not is_guest),
        flags=messages,
        considered=_considered(view, question.facts),
        signals=signals_of(question, is_granted=True),
        zone_id=question.zone.zone_id if question.zone else OUTSIDE,
        is_guest=is_guest,
    )


def _granting_rule(question: Question, *, is_guest: bool) -> Rule:
    if question.flags.messages:
        return Rule.MESSAGE_FLAG
    if question.role != "member":
        return Rule.ROLE
    if question.is_leaving_freely:
        return Rule.EXIT
    return Rule.GUEST if is_guest else Rule.CONTRACT


def _considered(view: GateView, facts: TapFacts) -> tuple[ConsideredFlag, ...]:
    return tuple(ConsideredFlag(flag.flag_id, flag.bearing_on(DEVICE_KIND, facts.now_s)) for flag in view.flags)


def _holder(question: Question) -> Holder:
    who = question.entitlement
    if who is None:
        return Holder(question.credential.member_id, "", question.site.rules.locale)
    return Holder(who.member_id, who.display_name, who.locale)
