"""The one function that grants or denies: `decide`; `judge` also tells each rule that was asked on the way."""

from dataclasses import dataclass
from typing import NamedTuple

from access_policy.contract_choice import Denial
from access_policy.decision import ConsideredFlag, Decision, Holder, Reason, Rule
from access_policy.entitlement import EntitlementWindow
from access_policy.facts import TapFacts
from access_policy.gate_view import GateView
from access_policy.question import Question, lane_place, pose_question
from access_policy.rules import RULES, signals_of
from access_policy.zone import OUTSIDE


class Step(NamedTuple):
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
    if view.site is None:
        return _unjudged(view, Rule.NO_STATE_YET, Reason.SITE_UNKNOWN)
    if view.credential is None:
        return _unjudged(view, Rule.UNKNOWN_CREDENTIAL, Reason.CREDENTIAL_NOT_FOUND)
    question = pose_question(view, view.site, view.credential, facts)
    steps: list[Step] = []
    for rule, check in RULES:
        refusal = check(question)
        if refusal is not None:
            asked = _rule_asked(rule, question)
            return Judgement(_refused(view, question, asked, refusal), (*steps, Step(asked, refusal)))
        steps.append(Step(rule, None))
    decision = _granted(view, question)
    return Judgement(decision, (*steps, Step(decision.rule, None)))


def _unjudged(view: GateView, rule: Rule, reason: Reason) -> Judgement:
    return Judgement(Decision("block", reason, rule, view.revision), (Step(rule, reason),))


def _rule_asked(rule: Rule, question: Question) -> Rule:
    """Of contracts that refuse, the question at which the last of them failed says more than their name."""
    if rule is Rule.CONTRACT and isinstance(question.contract, Denial):
        return question.contract.rule
    return rule


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
    # Leaving is no visit and costs none, and a guest is not the member's visit.
    is_visit = question.facts.direction == "in" and not question.is_guest
    messages = question.flags.messages
    return Decision(
        "message" if messages else "allow",
        Reason.GRANTED,
        _granting_rule(question),
        view.revision,
        holder=_holder(question),
        contract_id=pays.contract_id if pays else None,
        spends_visit=bool(pays and pays.visits_left is not None) and is_visit,
        flags=messages,
        considered=_considered(view, question.facts),
        signals=signals_of(question, is_granted=True),
        zone_id=question.zone.zone_id if question.zone else OUTSIDE,
        is_guest=question.is_guest,
    )


def _granting_rule(question: Question) -> Rule:
    if question.flags.messages:
        return Rule.MESSAGE_FLAG
    if question.role != "member":
        return Rule.ROLE
    if question.is_leaving_freely:
        return Rule.EXIT
    return Rule.GUEST if question.is_guest else Rule.CONTRACT


def _considered(view: GateView, facts: TapFacts) -> tuple[ConsideredFlag, ...]:
    kind = lane_place(view.site, facts.lane_id).device_kind
    return tuple(ConsideredFlag(flag.flag_id, flag.bearing_on(kind, facts.now_s)) for flag in view.flags)


def _holder(question: Question) -> Holder:
    who = question.entitlement
    if who is None:
        return Holder(question.credential.member_id, "", question.site.rules.locale)
    return Holder(who.member_id, who.display_name, who.locale)
