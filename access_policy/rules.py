"""The rules about a known credential, as one table: each passes the case on, refuses it, or settles it.

Their order is the policy. A blocking flag beats everything else; then the credential and its PIN; the mode of the lane;
the lease and the clock; the contracts; the zone; and last whether the lane is free.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from access_policy.contract_choice import Case, Denial, choose_contract
from access_policy.credential import Credential
from access_policy.decision import Reason, Rule, Signal
from access_policy.entitlement import Entitlement, EntitlementWindow, Role
from access_policy.facts import TapFacts
from access_policy.flags import FlagSource, FlagVerdict
from access_policy.passback import Standing, judge_passback
from access_policy.site_policy import SitePolicy
from access_policy.zone import Zone

SECONDS_PER_DAY: Final = 86_400
ONLINE_GRACE_S: Final = 120
"""A lease of 0 days asks for a cloud that is there now; eight heartbeats may be lost."""
CLOCK_DOUBT_S: Final = SECONDS_PER_DAY
"""An untrusted clock is taken to be up to this late: what would be refused then is refused now."""

REASON_OF_SOURCE: Final[dict[FlagSource, Reason]] = {
    "task": Reason.FLAGGED_BY_STAFF,
    "manual": Reason.FLAGGED_BY_STAFF,
    "dues": Reason.DUES_OVERDUE,
    "certificate": Reason.CERTIFICATE_MISSING,
    "freeze": Reason.MEMBERSHIP_FROZEN,
    "black_list": Reason.BLACK_LISTED,
    "security": Reason.CREDENTIAL_SUSPECT,
}


@dataclass(frozen=True, slots=True)
class Question:
    """One tap of a known credential at a known site, with what follows from the state at once.

    `zone` is the zone to be entered; None leads outside, or the site has no rules for it.
    """

    site: SitePolicy
    credential: Credential
    entitlement: Entitlement | None
    flags: FlagVerdict
    facts: TapFacts
    last_contact_at: int | None
    zone: Zone | None
    contract: EntitlementWindow | Denial

    @property
    def role(self) -> Role:
        """Staff, emergency or member; whoever has no entitlement is a member."""
        return self.entitlement.role if self.entitlement else "member"

    @property
    def is_leaving_freely(self) -> bool:
        """Whether the way out is open to every known credential here."""
        return self.facts.direction == "out" and self.site.rules.exit_policy == "may_leave"

    @property
    def standing(self) -> Standing:
        """How the member stands with anti-passback in the zone to be entered."""
        if self.zone is None or self.facts.direction == "out":
            return "clear"
        guests = self.contract.guests_per_day if isinstance(self.contract, EntitlementWindow) else 0
        return judge_passback(self.zone, self.entitlement, self.facts, self.site.calendar, guests_per_day=guests)


Answer = Reason | None
Check = Callable[[Question], Answer]


def find_contract(
    site: SitePolicy, entitlement: Entitlement | None, facts: TapFacts, zone_id: str
) -> EntitlementWindow | Denial:
    """The contract to pass on; in doubt about the time only one that would do a day later too, and at any hour."""
    if entitlement is None:
        return Denial(Reason.NO_ENTITLEMENT, Rule.NO_CONTRACT)
    case = Case(site, entitlement, facts, zone_id)
    found = choose_contract(case)
    if isinstance(found, Denial) or facts.is_clock_trusted or site.rules.clock_policy == "ignore_times":
        return found
    for doubt_s in (CLOCK_DOUBT_S, 0):
        doubted = replace(facts, now_s=facts.now_s + doubt_s)
        found = choose_contract(replace(case, facts=doubted, may_trust_hours=False))
        if isinstance(found, Denial):
            return Denial(Reason.CLOCK_UNTRUSTED, Rule.CLOCK)
    return found


def _check_flags(case: Question) -> Answer:
    if case.flags.block is None or case.is_leaving_freely:
        return None
    return REASON_OF_SOURCE[case.flags.block.source]


def _check_status(case: Question) -> Answer:
    return None if case.credential.status == "active" or case.is_leaving_freely else Reason.CREDENTIAL_NOT_ENABLED


def _check_pin(case: Question) -> Answer:
    if case.role == "emergency":
        return None
    if case.facts.pin == "held_off":
        return Reason.PIN_HELD_OFF
    if case.facts.pin == "wrong":
        return Reason.INVALID_PIN
    is_asked_for = case.zone is not None and case.zone.needs_pin
    return Reason.PIN_MISSING if is_asked_for and case.facts.pin == "none" else None


def _check_lane_mode(case: Question) -> Answer:
    is_shut = {"lockdown": case.role != "emergency", "locked": case.role == "member"}
    return Reason.LANE_LOCKED if is_shut.get(case.facts.lane) else None


def _check_lease(case: Question) -> Answer:
    policy = case.site.rules.lease_policy
    may_pass = policy == "allow_and_report" or (policy == "staff_only" and case.role == "staff")
    is_exempt = case.role == "emergency" or case.is_leaving_freely or may_pass
    return None if is_exempt or not _is_lease_over(case) else Reason.LEASE_EXPIRED


def _check_clock(case: Question) -> Answer:
    if case.facts.is_clock_trusted or case.role != "member" or case.is_leaving_freely:
        return None
    policy = case.site.rules.clock_policy
    may_be_over = case.site.rules.lease_policy != "allow_and_report" and _is_lease_over(case, doubt_s=CLOCK_DOUBT_S)
    is_refused = policy == "staff_only" or (policy == "refuse_in_doubt" and may_be_over)
    return Reason.CLOCK_UNTRUSTED if is_refused else None


def _check_contract(case: Question) -> Answer:
    is_exempt = case.role != "member" or case.is_leaving_freely
    return case.contract.reason if isinstance(case.contract, Denial) and not is_exempt else None


def _check_first_person(case: Question) -> Answer:
    waits = case.zone is not None and case.zone.has_first_person_in and not case.facts.has_staff_inside
    return Reason.NO_STAFF_INSIDE if waits and _is_entering_member(case) else None


def _check_passback(case: Question) -> Answer:
    is_hard = case.zone is not None and case.zone.passback == "hard" and _is_entering_member(case)
    return Reason.ANTIPASSBACK_VIOLATION if is_hard and case.standing == "violation" else None


def _check_occupancy(case: Question) -> Answer:
    limit = case.zone.occupancy_limit if case.zone else None
    is_full = limit is not None and case.facts.occupancy >= limit
    return Reason.ZONE_FULL if is_full and _is_entering_member(case) else None


def _check_lane(case: Question) -> Answer:
    return {"busy": Reason.LANE_BUSY, "not_ready": Reason.LANE_NOT_READY}.get(case.facts.lane)


RULES: Final[tuple[tuple[Rule, Check], ...]] = (
    (Rule.BLOCKING_FLAG, _check_flags),
    (Rule.CREDENTIAL_STATUS, _check_status),
    (Rule.PIN, _check_pin),
    (Rule.LANE_MODE, _check_lane_mode),
    (Rule.LEASE, _check_lease),
    (Rule.CLOCK, _check_clock),
    (Rule.CONTRACT, _check_contract),
    (Rule.FIRST_PERSON_IN, _check_first_person),
    (Rule.ANTI_PASSBACK, _check_passback),
    (Rule.OCCUPANCY, _check_occupancy),
    (Rule.LANE_CONDITION, _check_lane),
)


def signals_of(case: Question, *, is_granted: bool) -> tuple[Signal, ...]:
    """What staff shall hear of this tap."""
    place = case.facts.whereabouts
    travel_s = case.facts.now_s - place.since if place else None
    is_elsewhere = place is not None and place.lane_id != case.facts.lane_id
    raised = {
        Signal.DURESS: case.facts.pin == "duress",
        Signal.LOST_CREDENTIAL: case.credential.status == "lost",
        Signal.COPIED_CREDENTIAL: is_elsewhere
        and travel_s is not None
        and 0 <= travel_s < case.site.rules.impossible_travel_s,
        Signal.EMERGENCY: is_granted and case.role == "emergency",
        Signal.PASSBACK: case.standing == "violation",
        Signal.LEASE_EXPIRED: is_granted and case.role != "emergency" and _is_lease_over(case),
    }
    return tuple(signal for signal, is_raised in raised.items() if is_raised)


def _is_entering_member(case: Question) -> bool:
    return case.facts.direction == "in" and case.role == "member"


def _is_lease_over(case: Question, *, doubt_s: int = 0) -> bool:
    """Whether the cloud was last heard too long ago for allows to hold, if it is as much later as is doubted."""
    lease_s = max(case.site.rules.lease_days * SECONDS_PER_DAY, ONLINE_GRACE_S)
    return case.last_contact_at is None or case.facts.now_s + doubt_s - case.last_contact_at > lease_s
