"""Which of a member's contracts lets them pass here and now, or at which question the last of them failed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from access_policy.clock_doubt import moments_in_doubt
from access_policy.decision import Reason, Rule
from access_policy.entitlement import Entitlement, EntitlementWindow
from access_policy.facts import TapFacts
from access_policy.schedule import is_open
from access_policy.site_policy import SitePolicy
from access_policy.zone import OUTSIDE


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a rule says no."""

    reason: Reason
    rule: Rule


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked of each contract: for whom, where and when.

    `is_guest`: the question is whether a guest may follow the member. `may_trust_hours` is False while the time of the
    day is not known: then hours count as closed.
    """

    site: SitePolicy
    entitlement: Entitlement
    facts: TapFacts
    zone_id: str
    is_guest: bool = False
    may_trust_hours: bool = True


Test = Callable[[EntitlementWindow, Case], bool]


def find_contract(case: Case) -> EntitlementWindow | Denial:
    """The contract to pass on; in doubt about the time only if there is one at each moment that it may be now."""
    found = choose_contract(case)
    if isinstance(found, Denial) or case.facts.is_clock_trusted or case.site.rules.clock_policy == "ignore_times":
        return found
    for moment in moments_in_doubt(case.entitlement, case.facts.now_s):
        doubted = replace(case, facts=replace(case.facts, now_s=moment), may_trust_hours=False)
        if isinstance(choose_contract(doubted), Denial):
            return Denial(Reason.CLOCK_UNTRUSTED, Rule.CLOCK)
    return found


def choose_contract(case: Case) -> EntitlementWindow | Denial:
    """The contract to pass on: one without a visit limit first, then the one that ends first."""
    windows: Sequence[EntitlementWindow] = case.entitlement.windows
    if not windows:
        return Denial(Reason.NO_ENTITLEMENT, Rule.NO_CONTRACT)
    for rule, reason, passes in QUESTIONS if case.facts.direction == "in" else QUESTIONS_ON_LEAVING:
        left = [window for window in windows if passes(window, case)]
        if not left:
            return Denial(_not_started(windows, case) if rule is Rule.CONTRACT_WINDOW else reason, rule)
        windows = left
    return min(windows, key=lambda window: (window.visits_left is not None, window.ends_at, window.contract_id))


def visits_left(window: EntitlementWindow, facts: TapFacts) -> int | None:
    """How many visits the contract has left with those that the state does not know of yet; None: without limit."""
    return None if window.visits_left is None else window.visits_left - facts.visits_spent.get(window.contract_id, 0)


def schedules_of(window: EntitlementWindow, case: Case) -> tuple[str, ...]:
    """The ids of the schedules under which the contract's level leads into the zone; an empty id means always.

    A level that the state does not contain leads nowhere.
    """
    if case.zone_id == OUTSIDE or not window.level_id:
        return ("",)
    level = case.site.levels.get(window.level_id)
    return tuple(grant.schedule_id for grant in level.grants if grant.zone_id == case.zone_id) if level else ()


def _not_started(windows: Sequence[EntitlementWindow], case: Case) -> Reason:
    has_future = any(case.facts.now_s < window.starts_at for window in windows)
    return Reason.CREDENTIAL_NOT_ACTIVE if has_future else Reason.CREDENTIAL_EXPIRED


def _is_running(window: EntitlementWindow, case: Case) -> bool:
    return window.contains(case.facts.now_s)


def _is_thawed(window: EntitlementWindow, case: Case) -> bool:
    return not window.is_frozen(case.facts.now_s)


def _leads_here(window: EntitlementWindow, case: Case) -> bool:
    return bool(schedules_of(window, case))


def _is_open_now(window: EntitlementWindow, case: Case) -> bool:
    schedule_ids = schedules_of(window, case)
    if "" in schedule_ids:
        return True
    known = [case.site.schedules[schedule_id] for schedule_id in schedule_ids if schedule_id in case.site.schedules]
    return case.may_trust_hours and any(is_open(one, case.site.calendar, case.facts.now_s) for one in known)


def _is_booked(window: EntitlementWindow, case: Case) -> bool:
    bookings = case.entitlement.bookings
    return not window.needs_booking or any(one.lets_in(case.zone_id, case.facts.now_s) for one in bookings)


def _has_visit(window: EntitlementWindow, case: Case) -> bool:
    left = visits_left(window, case.facts)
    return left is None or left > 0


def _has_guest(window: EntitlementWindow, case: Case) -> bool:
    return case.facts.guests_today < window.guests_per_day


def _has_visit_or_guest(window: EntitlementWindow, case: Case) -> bool:
    """A guest costs no visit: the member may have come in on the last one."""
    return _has_guest(window, case) if case.is_guest else _has_visit(window, case)


QUESTIONS: Final[tuple[tuple[Rule, Reason, Test], ...]] = (
    (Rule.CONTRACT_WINDOW, Reason.CREDENTIAL_EXPIRED, _is_running),
    (Rule.CONTRACT_FREEZE, Reason.MEMBERSHIP_FROZEN, _is_thawed),
    (Rule.CONTRACT_ZONE, Reason.ZONE_NOT_PERMITTED, _leads_here),
    (Rule.CONTRACT_HOURS, Reason.NOT_PERMITTED_AT_THIS_TIME, _is_open_now),
    (Rule.CONTRACT_BOOKING, Reason.NO_BOOKING, _is_booked),
    (Rule.CONTRACT_VISITS, Reason.NO_VISITS_LEFT, _has_visit_or_guest),
)
"""Each question is put to the contracts that the ones before have left."""

# Whoever is inside may leave after hours, and leaving costs no visit.
QUESTIONS_ON_LEAVING: Final = QUESTIONS[:2]
