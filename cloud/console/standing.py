"""May this member enter, until when, and what will the gate say? The coloured sentence on top of the member card.

The order is the gate's own: a blocking flag beats everything, then the card, then the contracts. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from cloud.console.languages import mark
from cloud.console.words import Words
from cloud.contracts import policy
from cloud.contracts.policy import ContractState, Terms
from cloud.kit.clock import local_day

Tone = Literal["good", "warn", "bad"]

_USABLE: Final = {ContractState.ACTIVE, ContractState.GRACE, ContractState.EXTRA_EXPIRY}
_REFUSALS: Final = (
    (ContractState.USED_UP, mark("May not enter: no visits left")),
    (ContractState.FROZEN, mark("May not enter before %(day)s: the contract is frozen")),
    (ContractState.UPCOMING, mark("May not enter before %(day)s: the contract has not begun")),
    (ContractState.EXPIRED, mark("May not enter: the contract ended on %(day)s")),
)

_NO_CARD: Final = mark("but there is no active card")
_FREE_ROLES: Final = {
    "staff": mark("May enter without a contract: staff"),
    "emergency": mark("May enter in every mode of the lanes: emergency card"),
}


@dataclass(frozen=True, slots=True)
class StandingFlag:
    """A flag as far as the sentence needs it; `text` is what the gate says, in the viewer's language."""

    effect: str
    source: str
    text: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def is_on(self, now: datetime) -> bool:
        """Whether the flag acts at this instant."""
        return (self.starts_at is None or self.starts_at <= now) and (self.ends_at is None or now < self.ends_at)


def is_for_turnstiles(device_kinds: Sequence[str]) -> bool:
    """Whether a flag for these kinds of device bears on the sentence, which is about turnstiles; none: all kinds."""
    return not device_kinds or "turnstile" in device_kinds


@dataclass(frozen=True, slots=True)
class Standing:
    """The sentence and its colour."""

    tone: Tone
    sentence: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands there; `role` is an `access_policy.entitlement.Role`, a card counts if it is active.

    `refusal` is why the gates refuse at this very moment, an `access_policy.decision.Reason`; empty: they do not.
    """

    has_card: bool
    role: str = "member"
    refusal: str = ""


def judge(
    person: Person,
    contracts: Sequence[Terms],
    flags: Sequence[StandingFlag],
    *,
    now: datetime,
    zone: ZoneInfo,
    words: Words,
) -> Standing:
    """How somebody stands at this instant."""
    acting = [flag for flag in flags if flag.is_on(now)]
    for flag in acting:
        if flag.effect == "block":
            blocked = words.text(mark("Blocked at the turnstile"))
            return Standing("bad", f"{blocked}: {flag.text}" if flag.text else blocked)
    if person.role in _FREE_ROLES:
        return Standing("good" if person.has_card else "warn", _free(person, words))
    today = local_day(now, zone)
    states = [policy.contract_state(terms, today) for terms in contracts]
    usable = [terms for terms, state in zip(contracts, states, strict=True) if state in _USABLE]
    if not usable:
        return Standing("bad", _refusal(contracts, today, words))
    parts = [words.text(mark("May enter until %(day)s"), day=words.day(max(map(policy.last_day_of_use, usable))))]
    visits = [policy.visits_left(terms) for terms in usable]
    counted = [left for left in visits if left is not None]
    if len(counted) == len(visits):
        parts.append(words.counted("%(num)s visit left", "%(num)s visits left", sum(counted)))
    has_fee = ContractState.ACTIVE in states
    if not has_fee:
        parts.append(words.text(mark("the contract itself is over")))
    if not person.has_card:
        parts.append(words.text(_NO_CARD))
    if any(flag.source == "dues" for flag in acting):
        parts.append(words.text(mark("dues are unpaid")))
    if any(flag.source != "dues" for flag in acting):
        parts.append(words.text(mark("message waiting at the gate")))
    if person.refusal:
        now_refused = words.text(mark("The gate refuses now: %(reason)s"), reason=words.reason(person.refusal))
        return Standing("bad", "; ".join((now_refused, *parts)))
    is_calm = has_fee and person.has_card and not acting
    return Standing("good" if is_calm else "warn", "; ".join(parts))


def _free(person: Person, words: Words) -> str:
    sentence = words.text(_FREE_ROLES[person.role])
    return sentence if person.has_card else f"{sentence}; {words.text(_NO_CARD)}"


def _refusal(contracts: Sequence[Terms], today: date, words: Words) -> str:
    for state, text in _REFUSALS:
        found = [terms for terms in contracts if policy.contract_state(terms, today) is state]
        if found:
            return words.text(text, day=words.day(_decisive_day(state, found, today)))
    return words.text(mark("May not enter: no contract"))


def _decisive_day(state: ContractState, contracts: Sequence[Terms], today: date) -> date:
    if state is ContractState.FROZEN:
        ends = [freeze.ends_on for terms in contracts for freeze in terms.freezes if freeze.starts_on <= today]
        return min(day for day in ends if day >= today) + timedelta(days=1)
    if state is ContractState.UPCOMING:
        return min(terms.starts_on for terms in contracts)
    return max(map(policy.last_day_of_use, contracts))
