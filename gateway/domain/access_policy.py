"""The one function that grants or denies: `decide`.

The order of its rules is the policy: what concerns nobody known; a blocking flag (it beats everything else that
concerns a known member); the credential; the time and the lease; the contracts; and last the lane itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from gateway.domain.access_point import Direction
from gateway.domain.credential import Credential
from gateway.domain.decision import Decision, Holder, Reason, Rule
from gateway.domain.entitlement import EntitlementWindow
from gateway.domain.flags import Flag, FlagSource, judge_flags
from gateway.domain.gate_view import GateView, SiteRules

DEVICE_KIND = "turnstile"
SECONDS_PER_DAY = 86_400
ONLINE_GRACE_S = 120
"""A lease of 0 days asks for a cloud that is there now; eight heartbeats may be lost."""
CLOCK_DOUBT_S = SECONDS_PER_DAY
"""An untrusted clock is taken to be up to this late: what would be refused then is refused now."""

LaneCondition = Literal["free", "busy", "not_ready"]

REASON_OF_SOURCE: dict[FlagSource, Reason] = {
    "task": Reason.FLAGGED_BY_STAFF,
    "manual": Reason.FLAGGED_BY_STAFF,
    "dues": Reason.DUES_OVERDUE,
    "certificate": Reason.CERTIFICATE_MISSING,
    "freeze": Reason.MEMBERSHIP_FROZEN,
    "black_list": Reason.BLACK_LISTED,
}


@dataclass(frozen=True, slots=True)
class TapContext:
    """Everything about a tap besides what the state says of its credential.

    `now_s` is in UTC seconds; while the clock is not trusted it is a moment that has certainly passed.
    `visits_spent` tells for a contract how many visits were burnt here that the state does
    not contain yet. `pin` was typed just before; no rule asks for one.
    """

    direction: Direction
    lane: LaneCondition
    now_s: int
    is_clock_trusted: bool
    visits_spent: Callable[[str], int]
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Denial:
    """Why a rule says no."""

    reason: Reason
    rule: Rule


def decide(view: GateView, tap: TapContext) -> Decision:
    """Answer a tap. Every path yields a decision; nothing is raised."""
    if view.site is None:
        return Decision("block", Reason.SITE_UNKNOWN, Rule.NO_STATE_YET, view.revision)
    if view.credential is None:
        return Decision("block", Reason.CREDENTIAL_NOT_FOUND, Rule.UNKNOWN_CREDENTIAL, view.revision)
    verdict = judge_flags(view.flags, DEVICE_KIND, tap.now_s)
    if verdict.block is not None:
        denial = Denial(REASON_OF_SOURCE[verdict.block.source], Rule.BLOCKING_FLAG)
        return _denied(view, denial, (verdict.block, *verdict.messages))
    found = _check_credential(view.credential) or _find_contract(view, view.site, tap)
    if isinstance(found, Denial):
        return _denied(view, found, verdict.messages)
    if tap.lane != "free":
        reason = Reason.LANE_BUSY if tap.lane == "busy" else Reason.LANE_NOT_READY
        return _denied(view, Denial(reason, Rule.LANE_CONDITION), ())
    return _granted(view, found, verdict.messages, tap)


def _check_credential(credential: Credential) -> Denial | None:
    if credential.status != "active":
        return Denial(Reason.CREDENTIAL_NOT_ENABLED, Rule.CREDENTIAL_STATUS)
    return None


def _find_contract(view: GateView, site: SiteRules, tap: TapContext) -> EntitlementWindow | Denial:
    """The contract to pass on, if the lease and the contracts allow it now and, in doubt about the time, also later."""
    windows = view.entitlement.windows if view.entitlement else ()
    found = _check_lease(site, view.last_contact_at, tap.now_s) or _choose_contract(windows, tap)
    if isinstance(found, Denial) or tap.is_clock_trusted:
        return found
    later = replace(tap, now_s=tap.now_s + CLOCK_DOUBT_S, is_clock_trusted=True)
    is_in_doubt = isinstance(_find_contract(view, site, later), Denial)
    return Denial(Reason.CLOCK_UNTRUSTED, Rule.CLOCK) if is_in_doubt else found


def _check_lease(site: SiteRules, last_contact_at: int | None, now_s: int) -> Denial | None:
    lease_s = max(site.lease_days * SECONDS_PER_DAY, ONLINE_GRACE_S)
    if last_contact_at is None or now_s - last_contact_at > lease_s:
        return Denial(Reason.LEASE_EXPIRED, Rule.LEASE)
    return None


def _choose_contract(windows: Iterable[EntitlementWindow], tap: TapContext) -> EntitlementWindow | Denial:
    """The contract to pass on: one without a visit limit first, then the one that ends first."""
    windows = tuple(windows)
    if not windows:
        return Denial(Reason.NO_ENTITLEMENT, Rule.NO_CONTRACT)
    running = [window for window in windows if window.contains(tap.now_s)]
    if not running:
        has_future = any(tap.now_s < window.starts_at for window in windows)
        reason = Reason.CREDENTIAL_NOT_ACTIVE if has_future else Reason.CREDENTIAL_EXPIRED
        return Denial(reason, Rule.CONTRACT_WINDOW)
    thawed = [window for window in running if not window.is_frozen(tap.now_s)]
    if not thawed:
        return Denial(Reason.MEMBERSHIP_FROZEN, Rule.CONTRACT_FREEZE)
    usable = [window for window in thawed if tap.direction == "out" or _has_visit(window, tap.visits_spent)]
    if not usable:
        return Denial(Reason.NO_VISITS_LEFT, Rule.CONTRACT_VISITS)
    return min(usable, key=lambda window: (window.visits_left is not None, window.ends_at, window.contract_id))


def _has_visit(window: EntitlementWindow, visits_spent: Callable[[str], int]) -> bool:
    return window.visits_left is None or window.visits_left - visits_spent(window.contract_id) > 0


def _denied(view: GateView, denial: Denial, flags: tuple[Flag, ...]) -> Decision:
    return Decision("block", denial.reason, denial.rule, view.revision, holder=_holder(view), flags=flags)


def _granted(view: GateView, contract: EntitlementWindow, messages: tuple[Flag, ...], tap: TapContext) -> Decision:
    return Decision(
        "message" if messages else "allow",
        Reason.GRANTED,
        Rule.MESSAGE_FLAG if messages else Rule.CONTRACT,
        view.revision,
        holder=_holder(view),
        contract_id=contract.contract_id,
        # Leaving is no visit and costs none.
        spends_visit=contract.visits_left is not None and tap.direction == "in",
        flags=messages,
    )


def _holder(view: GateView) -> Holder:
    assert view.credential is not None, "only a known credential has a holder"
    assert view.site is not None, "a decision about a member needs the site's rules"
    if view.entitlement is None:
        return Holder(view.credential.member_id, "", view.site.locale)
    return Holder(view.entitlement.member_id, view.entitlement.display_name, view.entitlement.locale)
