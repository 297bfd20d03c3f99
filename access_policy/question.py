"""What one tap asks of the rules: the state and the circumstances, with what follows from them at once."""

from dataclasses import dataclass, replace

from access_policy.clock_doubt import may_be_blocked
from access_policy.contract_choice import Case, Denial, find_contract
from access_policy.credential import Credential
from access_policy.decision import Reason, Rule
from access_policy.entitlement import Entitlement, EntitlementWindow, Role
from access_policy.facts import TapFacts
from access_policy.flags import FlagVerdict, judge_flags
from access_policy.gate_view import GateView
from access_policy.passback import GUEST_WITHIN_S, is_violation, stay_s
from access_policy.site_policy import SitePolicy
from access_policy.zone import LanePlace, Zone


@dataclass(frozen=True, slots=True)
class Question:
    """One tap of a known credential at a known site.

    `zone` is the zone to be entered; None leads outside, or the site has no rules for it. `inside_s` is how long the
    member has been in it already, None if they are not. `contract` is the one to pass on, or why there is none;
    with `is_guest` it lets a guest of the member in. `may_be_blocked`: in doubt about the time a flag may block.
    `device_kind` is what stands at the lane.
    """

    site: SitePolicy
    credential: Credential
    entitlement: Entitlement | None
    flags: FlagVerdict
    facts: TapFacts
    last_contact_at: int | None
    zone_id: str
    zone: Zone | None
    inside_s: int | None
    contract: EntitlementWindow | Denial
    is_guest: bool
    may_be_blocked: bool
    device_kind: str

    @property
    def role(self) -> Role:
        """Staff, emergency or member; whoever has no entitlement is a member."""
        return self.entitlement.role if self.entitlement else "member"

    @property
    def is_leaving_freely(self) -> bool:
        """Whether the way out is open to every known credential here."""
        return self.facts.direction == "out" and self.site.rules.exit_policy == "may_leave"

    @property
    def is_entering_member(self) -> bool:
        """Whether the rules of the zone apply: staff and whoever leaves are not bound by them."""
        return self.facts.direction == "in" and self.role == "member"

    @property
    def breaks_passback(self) -> bool:
        """Whether the member comes in without having left, and brings no guest."""
        may_break = self.zone is not None and self.is_entering_member and not self.is_guest
        return may_break and self.zone is not None and is_violation(self.zone, self.inside_s)


def lane_place(site: SitePolicy | None, lane_id: str) -> LanePlace:
    """The place of a lane; one of which the site says nothing leads nowhere."""
    lanes = site.lanes if site else {}
    return lanes.get(lane_id, LanePlace(lane_id))


def pose_question(view: GateView, site: SitePolicy, credential: Credential, facts: TapFacts) -> Question:
    """Put the state and the circumstances together."""
    place = lane_place(site, facts.lane_id)
    zone_id, device_kind = place.zone_entered(facts.direction), place.device_kind
    zone = site.zones.get(zone_id)
    inside_s = stay_s(zone, view.entitlement, facts, site.calendar) if zone and facts.direction == "in" else None
    contract, is_guest = _find_contract(view.entitlement, site, facts, zone_id=zone_id, inside_s=inside_s)
    return Question(
        site=site,
        credential=credential,
        entitlement=view.entitlement,
        flags=judge_flags(view.flags, device_kind, facts.now_s),
        facts=facts,
        last_contact_at=view.last_contact_at,
        zone_id=zone_id,
        zone=zone,
        inside_s=inside_s,
        contract=contract,
        is_guest=is_guest,
        may_be_blocked=not facts.is_clock_trusted and may_be_blocked(view.flags, device_kind, facts.now_s),
        device_kind=device_kind,
    )


def _find_contract(
    entitlement: Entitlement | None, site: SitePolicy, facts: TapFacts, *, zone_id: str, inside_s: int | None
) -> tuple[EntitlementWindow | Denial, bool]:
    """The contract to pass on or why there is none, and whether it lets a guest in."""
    if entitlement is None:
        return Denial(Reason.NO_ENTITLEMENT, Rule.NO_CONTRACT), False
    case = Case(site, entitlement, facts, zone_id)
    if entitlement.role == "member" and inside_s is not None and inside_s <= GUEST_WITHIN_S:
        for_guest = find_contract(replace(case, is_guest=True))
        if isinstance(for_guest, EntitlementWindow):
            return for_guest, True
    return find_contract(case), False
