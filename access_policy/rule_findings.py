"""What each rule looked at and found, in sentences: the rules' own values, said for people."""

from collections.abc import Callable, Iterator
from typing import Final

from access_policy.contract_findings import contract_findings
from access_policy.decision import Decision, Rule
from access_policy.finding import Finding, Moment, Term, found, mark
from access_policy.flags import Flag
from access_policy.question import Question
from access_policy.rules import is_lease_over

SOURCES: Final = {
    "task": mark("task"),
    "dues": mark("dues"),
    "certificate": mark("certificate"),
    "freeze": mark("freeze"),
    "black_list": mark("black list"),
    "manual": mark("raised by staff"),
}
_BEARINGS: Final = {
    "in_force": mark("in force"),
    "not_yet": mark("not yet in force"),
    "over": mark("over"),
    "other_device": mark("for other devices"),
}
_EFFECTS: Final = {"message": mark("message"), "block": mark("block")}
_STATUSES: Final = {
    "active": found("The card is active."),
    "suspended": found("The card is suspended."),
    "lost": found("The card was reported lost."),
    "revoked": found("The card was revoked."),
}
_PINS: Final = {
    "right": found("The PIN was right."),
    "wrong": found("The PIN was wrong."),
    "duress": found("The PIN that calls for help was typed."),
    "held_off": found("After too many wrong PINs the card has to wait."),
}
_LANES: Final = {
    "free": found("The lane is free."),
    "busy": found("Somebody else is passing."),
    "not_ready": found("The lane is out of order."),
    "locked": found("The lane is locked for all but staff."),
    "lockdown": found("The lane is in lockdown."),
}
_PASSBACKS: Final = {
    "off": found("Anti-passback is off in this zone."),
    "soft": found("Anti-passback in this zone reports, and lets in."),
    "hard": found("Anti-passback in this zone refuses."),
}


def flag_findings(question: Question, flags: tuple[Flag, ...]) -> Iterator[Finding]:
    """Every flag of the member, and how it bears on this tap."""
    if not flags:
        yield found("The member has no flags.")
    for flag in flags:
        yield found(
            "Flag {flag} ({source}), {effect}: {bearing}.",
            flag=flag.flag_id,
            source=Term(SOURCES[flag.source]),
            effect=Term(_EFFECTS[flag.effect]),
            bearing=Term(_BEARINGS[flag.bearing_on(question.device_kind, question.facts.now_s)]),
        )
        if flag.starts_at is not None:
            yield found("It begins {starts_at}.", starts_at=Moment(flag.starts_at))
        if flag.ends_at is not None:
            yield found("It ends {ends_at}.", ends_at=Moment(flag.ends_at))


def rule_findings(rule: Rule, question: Question) -> tuple[Finding, ...]:
    """What one rule of the table found; the flags are told by `flag_findings`."""
    return tuple(_FINDINGS[rule](question))


def settling_findings(decision: Decision) -> tuple[Finding, ...]:
    """Why the gate opens in the end."""
    said = {
        Rule.ROLE: found("Staff and the emergency card pass without a contract."),
        Rule.EXIT: found("Every known card may leave here."),
        Rule.GUEST: found("A guest of the member comes in; that costs no visit."),
        Rule.MESSAGE_FLAG: found("The display shows the message."),
    }
    if decision.rule in said:
        return (said[decision.rule],)
    passes = found("Passes on contract {contract}.", contract=decision.contract_id or "")
    return (passes, found("Going through burns a visit.")) if decision.spends_visit else (passes,)


def _status(question: Question) -> Iterator[Finding]:
    yield _STATUSES[question.credential.status]


def _pin(question: Question) -> Iterator[Finding]:
    if question.facts.pin != "none":
        yield _PINS[question.facts.pin]
    elif question.zone is not None and question.zone.needs_pin:
        yield found("This zone asks for a PIN, and none was typed.")
    else:
        yield found("No PIN was typed, and none is needed here.")


def _lane(question: Question) -> Iterator[Finding]:
    yield _LANES[question.facts.lane]


def contact_finding(last_contact_at: int | None) -> Finding:
    """When the cloud was last heard."""
    if last_contact_at is None:
        return found("The cloud was never heard.")
    return found("The cloud was last heard {heard_at}.", heard_at=Moment(last_contact_at))


def _lease(question: Question) -> Iterator[Finding]:
    yield contact_finding(question.last_contact_at)
    yield found("What is allowed holds for {days} days without it.", days=question.site.rules.lease_days)
    if is_lease_over(question):
        yield found("That is over.")


def _clock(question: Question) -> Iterator[Finding]:
    if question.facts.is_clock_trusted:
        yield found("The gateway knows the time.")
        return
    yield found("The gateway's clock is not trusted: it may be later than it says, by up to a day.")


def _first_person(question: Question) -> Iterator[Finding]:
    if question.zone is None or not question.zone.has_first_person_in:
        yield found("Members need not wait for staff here.")
    elif question.facts.has_staff_inside:
        yield found("Staff have come in today.")
    else:
        yield found("No staff have come in yet today.")


def _passback(question: Question) -> Iterator[Finding]:
    place = question.facts.whereabouts
    if question.zone is None or not question.is_entering_member:
        yield found("Anti-passback does not apply here.")
        return
    yield _PASSBACKS[question.zone.passback]
    if question.inside_s is None or place is None:
        yield found("The member is not inside.")
    else:
        yield found("The member has been inside since {since}.", since=Moment(place.since))
    if question.is_guest:
        yield found("Who taps again right after coming in brings a guest.")


def _occupancy(question: Question) -> Iterator[Finding]:
    if question.zone is None or question.zone.occupancy_limit is None:
        yield found("There is no limit of people here.")
    else:
        limit = question.zone.occupancy_limit
        yield found("People in the zone: {count} of {limit}.", count=question.facts.occupancy, limit=limit)


def _contracts(question: Question) -> Iterator[Finding]:
    if question.role != "member":
        yield found("Staff and the emergency card need no contract.")
    else:
        yield from contract_findings(question)


_FINDINGS: Final[dict[Rule, Callable[[Question], Iterator[Finding]]]] = {
    Rule.CREDENTIAL_STATUS: _status,
    Rule.PIN: _pin,
    Rule.LANE_MODE: _lane,
    Rule.LEASE: _lease,
    Rule.CLOCK: _clock,
    Rule.CONTRACT: _contracts,
    Rule.FIRST_PERSON_IN: _first_person,
    Rule.ANTI_PASSBACK: _passback,
    Rule.OCCUPANCY: _occupancy,
    Rule.LANE_CONDITION: _lane,
}
