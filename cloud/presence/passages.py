"""Passages move people: of whatever lane, told at once or days later, in whatever order the gateways are heard.

Only a newer passage moves a member; of one gateway the later event of its journal is newer, whatever its clock said.
The rules are those by which a gateway counts for itself (`gateway.domain.presence`), for all lanes of the site.
"""

from datetime import datetime, timedelta
from typing import Final

from access_policy.zone import OUTSIDE
from cloud.access_rules.models import LanePlace, Zone
from cloud.database import UnitOfWork
from cloud.domain_events import CopySuspected, MemberPassed, SomebodyPassed
from cloud.members import service as members
from cloud.presence import repository, service
from cloud.presence.models import HeadcountChange, Whereabouts
from cloud.sites import service as sites
from cloud.sites.models import Lane

KEPT: Final = timedelta(days=2)
"""Every zone forgets once a day; a day of changing clocks is 25 hours long."""


def observe(session: UnitOfWork, passed: MemberPassed) -> None:
    """Move a member, or count a guest of theirs; so is counted whom nobody here knows."""
    at = min(passed.at, session.now)  # a clock that is ahead must not freeze anybody where they are
    zone, left = _zone(session, passed.zone_id, passed.site_id), _zone(session, passed.left_zone_id, passed.site_id)
    row = session.get(Whereabouts, (passed.member_id, passed.site_id), populate_existing=True)
    is_nobody = row is None and not members.list_by_ids(session, [passed.member_id])
    if passed.is_guest or is_nobody or _is_guest_who_follows(session, row, zone, left, at):
        _count(session, left, -1, at)
        _count(session, zone, 1, at)
        return
    if row is not None and at < row.since and row.gateway_id != passed.gateway_id:
        return
    _suspect_copy(session, passed, at)
    _settle(session, row, zone, left, at)
    if row is None:
        row = Whereabouts(member_id=passed.member_id, site_id=passed.site_id)
        session.add(row)
    row.zone_id, row.since = (zone.id if zone else OUTSIDE), at
    row.gateway_id, row.lane_id, row.is_staff = passed.gateway_id, passed.lane_id, passed.is_staff
    session.flush()


def observe_unnamed(session: UnitOfWork, passed: SomebodyPassed) -> None:
    """Count somebody whom no card named."""
    place = session.get(LanePlace, passed.lane_id)
    lane = session.get(Lane, passed.lane_id)
    if place is None or lane is None or lane.site_id != passed.site_id:
        return
    at = min(passed.at, session.now)
    inside, outside = place.zone_in_id or OUTSIDE, place.zone_out_id or OUTSIDE
    entered, left = (inside, outside) if passed.is_inward else (outside, inside)
    _count(session, _zone(session, left, passed.site_id), -1, at)
    _count(session, _zone(session, entered, passed.site_id), 1, at)


def _zone(session: UnitOfWork, zone_id: str, site_id: str) -> Zone | None:
    """None: outside, or a zone that is gone since."""
    zone = session.get(Zone, zone_id) if zone_id != OUTSIDE else None
    return zone if zone is not None and zone.site_id == site_id else None


def _is_guest_who_follows(
    session: UnitOfWork, row: Whereabouts | None, zone: Zone | None, left: Zone | None, at: datetime
) -> bool:
    """Whoever is on the far side already lets out, or further in, a guest who is still on this one."""
    is_beyond = row is not None and left is not None and row.zone_id == (zone.id if zone else OUTSIDE)
    return is_beyond and left is not None and service.unnamed_in(session, left, at) > 0


def _suspect_copy(session: UnitOfWork, passed: MemberPassed, at: datetime) -> None:
    """One gateway sees by itself that a card is at two of its lanes; what two gateways see comes together here."""
    limit = timedelta(seconds=sites.get_site(session, passed.site_id).impossible_travel_s)
    for seen in repository.list_of_member(session, passed.member_id):
        if seen.gateway_id != passed.gateway_id and abs(at - seen.since) < limit:
            found = CopySuspected(passed.site_id, passed.gateway_id, passed.lane_id, passed.member_id, at)
            session.publish(found)
            return


def _settle(session: UnitOfWork, row: Whereabouts | None, zone: Zone | None, left: Zone | None, at: datetime) -> None:
    """Give a name to one who was counted without: who comes in twice has left unseen, who leaves had come in unseen."""
    was_in = row.zone_id if row is not None else OUTSIDE
    if (
        zone is not None
        and row is not None
        and was_in == zone.id
        and row.since >= service.counted_from(session, zone, at)
    ):
        if service.unnamed_in(session, zone, at) < 0:
            _count(session, zone, 1, at)
    elif left is not None and was_in != left.id and service.unnamed_in(session, left, at) > 0:
        _count(session, left, -1, at)


def _count(session: UnitOfWork, zone: Zone | None, change: int, at: datetime) -> None:
    if zone is None:
        return
    session.add(HeadcountChange(zone_id=zone.id, change=change, at=at))
    session.flush()
    repository.delete_changes_before(session, session.now - KEPT)
