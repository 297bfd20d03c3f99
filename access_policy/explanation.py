"""A decision with all that it rests on, to be said in words: the circumstances, and each rule with what it found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from access_policy.decide import Judgement, Step, judge
from access_policy.decision import Decision, Reason, Rule
from access_policy.facts import TapFacts
from access_policy.finding import Finding, Moment, found, mark
from access_policy.gate_view import GateView
from access_policy.question import Question, pose_question
from access_policy.rule_findings import contact_finding, flag_findings, rule_findings, settling_findings
from access_policy.zone import OUTSIDE

HEADINGS: Final[dict[Rule, str]] = {
    Rule.NO_STATE_YET: mark("Data"),
    Rule.UNKNOWN_CREDENTIAL: mark("Card"),
    Rule.BLOCKING_FLAG: mark("Flags"),
    Rule.CREDENTIAL_STATUS: mark("Card"),
    Rule.PIN: mark("PIN"),
    Rule.LANE_MODE: mark("Mode of the lane"),
    Rule.LEASE: mark("Contact with the cloud"),
    Rule.CLOCK: mark("Clock"),
    Rule.CONTRACT: mark("Contracts"),
    Rule.FIRST_PERSON_IN: mark("First person in"),
    Rule.ANTI_PASSBACK: mark("Anti-passback"),
    Rule.OCCUPANCY: mark("Number of people"),
    Rule.LANE_CONDITION: mark("Lane"),
}
NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})
_SETTLED: Final = mark("Decision")
_ABOUT_CONTRACTS: Final = frozenset(rule for rule in Rule if rule.startswith("contract_")) | {Rule.NO_CONTRACT}


@dataclass(frozen=True, slots=True)
class AskedRule:
    """A rule that was asked: its heading, whether it refused, and what it looked at."""

    rule: Rule
    heading: str
    refusal: Reason | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`asked` are the rules in their order; the last one settled the matter."""

    decision: Decision
    circumstances: tuple[Finding, ...]
    asked: tuple[AskedRule, ...]


def explain(view: GateView, facts: TapFacts, lane_names: Mapping[str, str] = NO_NAMES) -> Explanation:
    """Decide as `decide` does, and tell everything that the decision rests on; a lane without a name by its id."""
    judgement = judge(view, facts)
    if view.site is None or view.credential is None:
        return _unasked(view, facts, judgement)
    question = pose_question(view, view.site, view.credential, facts)
    *before, last = judgement.steps
    asked = tuple(_explain_step(step, view, question) for step in before)
    settled = _explain_step(last, view, question) if last.refusal else _settled(judgement.decision)
    return Explanation(judgement.decision, (*_moment(view, facts), *_place(question, lane_names)), (*asked, settled))


def _unasked(view: GateView, facts: TapFacts, judgement: Judgement) -> Explanation:
    said = found("This gateway has no data of its site yet.") if view.site is None else found("Nobody has this card.")
    (step,) = judgement.steps
    asked = AskedRule(step.rule, HEADINGS[step.rule], step.refusal, (said,))
    return Explanation(judgement.decision, tuple(_moment(view, facts)), (asked,))


def _settled(decision: Decision) -> AskedRule:
    return AskedRule(decision.rule, _SETTLED, None, settling_findings(decision))


def _explain_step(step: Step, view: GateView, question: Question) -> AskedRule:
    table_rule = Rule.CONTRACT if step.rule in _ABOUT_CONTRACTS else step.rule
    if table_rule is Rule.BLOCKING_FLAG:
        findings = tuple(flag_findings(question, view.flags))
    else:
        findings = rule_findings(table_rule, question)
    if step.refusal is Reason.CLOCK_UNTRUSTED:
        findings += rule_findings(Rule.CONTRACT, question)
    return AskedRule(step.rule, HEADINGS[table_rule], step.refusal, findings)


def _moment(view: GateView, facts: TapFacts) -> Iterator[Finding]:
    yield found("It is {now}.", now=Moment(facts.now_s))
    yield found("Revision {revision} of the data is in force.", revision=view.revision)
    yield contact_finding(view.last_contact_at)


def _place(question: Question, lane_names: Mapping[str, str]) -> Iterator[Finding]:
    facts = question.facts
    who = question.entitlement
    if who is not None:
        yield found("The card belongs to {name} ({member}).", name=who.display_name, member=who.member_id)
    else:
        yield found(
            "The card belongs to {member}, of whom nothing is known here.", member=question.credential.member_id
        )
    lane = lane_names.get(facts.lane_id, facts.lane_id)
    if question.zone_id == OUTSIDE and facts.direction == "out":
        yield found("Lane “{lane}” leads outside.", lane=lane)
    elif question.zone is None:
        yield found("Lane “{lane}” leads into no zone with rules.", lane=lane)
    else:
        yield found("Lane “{lane}” leads into zone “{zone}”.", lane=lane, zone=question.zone.name)
    yield _whereabouts(question, lane_names)


def _whereabouts(question: Question, lane_names: Mapping[str, str]) -> Finding:
    place = question.facts.whereabouts
    if place is None:
        return found("The member was not seen at any lane lately.")
    lane = lane_names.get(place.lane_id, place.lane_id)
    if place.zone_id == OUTSIDE:
        return found("The member left {since}, through lane “{lane}”.", since=Moment(place.since), lane=lane)
    zone = question.site.zones.get(place.zone_id)
    return found(
        "The member went into zone “{zone}” {since}, through lane “{lane}”.",
        zone=zone.name if zone else place.zone_id,
        since=Moment(place.since),
        lane=lane,
    )
