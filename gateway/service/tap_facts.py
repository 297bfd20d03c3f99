"""The circumstances of a tap, from memory: the lane, the clock, the PIN, who is where and what was spent already.

Grants that wait for their passage at other lanes count as taken: nobody gets the last visit, or the last place, twice,
and no card lets two people in at two lanes. Such a grant lasts a few seconds; then what it held back is free again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from access_policy.facts import LaneCondition, PinEntry, TapFacts, Whereabouts
from access_policy.gate_view import GateView
from access_policy.passback import GUEST_WITHIN_S
from access_policy.zone import OUTSIDE, Direction, LanePlace
from gateway.domain.access_point import AccessPoint
from gateway.domain.presence import Presence
from gateway.service.passage import Grant
from gateway.service.ports import Clock


class LaneNow(Protocol):
    """What a lane is doing, as far as a tap depends on it."""

    @property
    def waiting(self) -> Grant | None: ...

    def condition_for(self, direction: Direction, member_id: str | None) -> LaneCondition: ...


class SpentVisits(Protocol):
    """Visits burnt here that the state in force does not contain yet."""

    def visits_spent(self, contract_id: str) -> int: ...


@dataclass(frozen=True, slots=True)
class TapCircumstances:
    """Where the facts of a tap come from."""

    lanes: Mapping[str, LaneNow]
    clock: Clock
    presence: Presence
    journal: SpentVisits

    def facts(self, view: GateView, at: AccessPoint, pin: PinEntry) -> TapFacts:
        """What counts for a tap of this credential at this access point now."""
        now_s = self.clock.wall_ms() // 1000
        waiting = self._waiting_elsewhere(at.lane_id)
        member_id = view.credential.member_id if view.credential else ""
        own = {lane_id: grant for lane_id, grant in waiting.items() if grant.member_id == member_id}
        zone_id = _place(view, at).zone_entered(at.direction)
        return TapFacts(
            lane_id=at.lane_id,
            direction=at.direction,
            lane=self.lanes[at.lane_id].condition_for(at.direction, member_id or None),
            now_s=now_s,
            is_clock_trusted=self.clock.trust != "untrusted",
            visits_spent=self._visits_spent(view, own),
            pin=pin,
            whereabouts=_about_to_enter(own, at, now_s) or self.presence.whereabouts(member_id),
            occupancy=self._occupancy(zone_id, waiting, member_id, now_s),
            guests_today=self.presence.guests_today(member_id, now_s) + sum(grant.is_guest for grant in own.values()),
            has_staff_inside=self.presence.has_staff_inside(zone_id, now_s),
        )

    def _waiting_elsewhere(self, lane_id: str) -> dict[str, Grant]:
        """A grant that waits at the same lane gives way to a newer one, or keeps it out."""
        grants = {other: lane.waiting for other, lane in self.lanes.items() if other != lane_id}
        return {other: grant for other, grant in grants.items() if grant is not None}

    def _visits_spent(self, view: GateView, own: Mapping[str, Grant]) -> dict[str, int]:
        contracts = [window.contract_id for window in view.entitlement.windows] if view.entitlement else []
        pending = [grant.contract_id for grant in own.values() if grant.spends_visit]
        spent = {one: self.journal.visits_spent(one) + pending.count(one) for one in contracts}
        return {contract_id: visits for contract_id, visits in spent.items() if visits}

    def _occupancy(self, zone_id: str, waiting: Mapping[str, Grant], member_id: str, now_s: int) -> int:
        if zone_id == OUTSIDE:
            return 0
        coming = [grant for grant in waiting.values() if grant.zone_id == zone_id]
        # Whoever has only changed lanes is one person.
        others = [grant for grant in coming if grant.is_guest or grant.member_id != member_id]
        return self.presence.occupancy(zone_id, now_s) + len(others)


def left_zone(view: GateView, at: AccessPoint) -> str:
    """The zone that a passage here comes from."""
    return _place(view, at).zone_left(at.direction)


def _place(view: GateView, at: AccessPoint) -> LanePlace:
    lanes = view.site.lanes if view.site else {}
    return lanes.get(at.lane_id, LanePlace(at.lane_id))


def _about_to_enter(own: Mapping[str, Grant], at: AccessPoint, now_s: int) -> Whereabouts | None:
    """Whoever may go in at another lane this moment is as good as inside; whoever may go out is not yet outside.

    As if through this lane, for to change lanes is no sign of a copied card; and so long ago that they bring no guest:
    the member has not gone in yet, and would go in as a guest who costs no visit.
    """
    for grant in own.values():
        if grant.direction == "in" and not grant.is_guest:
            return Whereabouts(grant.zone_id, now_s - GUEST_WITHIN_S - 1, at.lane_id)
    return None
