"""The rules about a known credential, as one table: each passes the case on, refuses it, or settles it.

Their order is the policy. A blocking flag beats everything else; then the credential and its PIN; the mode of the lane;
the lease and the clock; the contracts; the zone; and last whether the lane is free.
"""

from collections.abc import Callable
from typing import Final

from access_policy.clock_doubt import CLOCK_DOUBT_S
from access_policy.contract_choice import Denial
from access_policy.decision import Reason, Rule, Signal
from access_policy.flags import FlagSource
from access_policy.question import Question

SECONDS_PER_DAY: Final = 86_400
ONLINE_GRACE_S: Final = 120
"""A lease of 0 days asks for a cloud that is there now; eight heartbeats may be lost."""

REASON_OF_SOURCE: Final[dict[FlagSource, Reason]] = {
    "task": Reason.FLAGGED_BY_STAFF,
    "manual": Reason.FLAGGED_BY_STAFF,
    "dues": Reason.DUES_OVERDUE,
    "certificate": Reason.CERTIFICATE_MISSING,
    "freeze": Reason.MEMBERSHIP_FROZEN,
    "black_list": Reason.BLACK_LISTED,
}

Check = Callable[[Question], Reason | None]


def _check_flags(case: Question) -> Reason | None:
    if case.flags.block is None or case.is_leaving_freely:
        return None
    return REASON_OF_SOURCE[case.flags.block.source]


def _check_status(case: Question) -> Reason | None:
    return None if case.credential.status == "active" or case.is_leaving_freely else Reason.CREDENTIAL_NOT_ENABLED


def _check_pin(case: Question) -> Reason | None:
    if case.role == "emergency" or case.is_leaving_freely:
        return None
    if case.facts.pin == "held_off":
        return Reason.PIN_HELD_OFF
    if case.facts.pin == "wrong":
        return Reason.INVALID_PIN
    is_asked_for = case.zone is not None and case.zone.needs_pin
    return Reason.PIN_MISSING if is_asked_for and case.facts.pin == "none" else None


def _check_lane_mode(case: Question) -> Reason | None:
    is_shut = {"lockdown": case.role != "emergency", "locked": case.role == "member"}
    return Reason.LANE_LOCKED if is_shut.get(case.facts.lane) else None


def _check_lease(case: Question) -> Reason | None:
    policy = case.site.rules.lease_policy
    may_pass = policy == "allow_and_report" or (policy == "staff_only" and case.role == "staff")
    is_exempt = case.role == "emergency" or case.is_leaving_freely or may_pass
    return None if is_exempt or not is_lease_over(case) else Reason.LEASE_EXPIRED


def _check_clock(case: Question) -> Reason | None:
    if case.facts.is_clock_trusted or case.role != "member" or case.is_leaving_freely:
        return None
    policy = case.site.rules.clock_policy
    is_lease_in_doubt = case.site.rules.lease_policy != "allow_and_report" and is_lease_over(
        case, doubt_s=CLOCK_DOUBT_S
    )
    is_in_doubt = policy == "refuse_in_doubt" and (is_lease_in_doubt or case.may_be_blocked)
    return Reason.CLOCK_UNTRUSTED if policy == "staff_only" or is_in_doubt else None


def _check_contract(case: Question) -> Reason | None:
    is_exempt = case.role != "member" or case.is_leaving_freely
    return case.contract.reason if isinstance(case.contract, Denial) and not is_exempt else None


def _check_first_person(case: Question) -> Reason | None:
    waits = case.zone is not None and case.zone.has_first_person_in and not case.facts.has_staff_inside
    return Reason.NO_STAFF_INSIDE if waits and case.is_entering_member else None


def _check_passback(case: Question) -> Reason | None:
    is_hard = case.zone is not None and case.zone.passback == "hard"
    return Reason.ANTIPASSBACK_VIOLATION if is_hard and case.breaks_passback else None


def _check_occupancy(case: Question) -> Reason | None:
    limit = case.zone.occupancy_limit if case.zone else None
    is_full = limit is not None and case.facts.occupancy >= limit
    return Reason.ZONE_FULL if is_full and case.is_entering_member else None


def _check_lane(case: Question) -> Reason | None:
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
    raised = (
        (Signal.DURESS, case.facts.pin == "duress"),
        (Signal.LOST_CREDENTIAL, case.credential.status == "lost"),
        (Signal.COPIED_CREDENTIAL, _looks_copied(case)),
        (Signal.EMERGENCY, is_granted and case.role == "emergency"),
        (Signal.PASSBACK, case.breaks_passback),
        (Signal.LEASE_EXPIRED, is_granted and case.role != "emergency" and is_lease_over(case)),
    )
    return tuple(signal for signal, is_raised in raised if is_raised)


def _looks_copied(case: Question) -> bool:
    """Whether the credential was at another lane just now; a guest is let in with it at whichever lane is free."""
    place = case.facts.whereabouts
    if place is None or place.lane_id == case.facts.lane_id or case.is_guest:
        return False
    return 0 <= case.facts.now_s - place.since < case.site.rules.impossible_travel_s


def is_lease_over(case: Question, *, doubt_s: int = 0) -> bool:
    """Whether the cloud was last heard too long ago for allows to hold, if it is as much later as is doubted."""
    lease_s = max(case.site.rules.lease_days * SECONDS_PER_DAY, ONLINE_GRACE_S)
    return case.last_contact_at is None or case.facts.now_s + doubt_s - case.last_contact_at > lease_s
