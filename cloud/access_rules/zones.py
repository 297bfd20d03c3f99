"""Zones, and the lanes that lead into them and out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from access_policy.zone import DeviceKind, Passback
from cloud.access_rules import editing, policy, repository
from cloud.access_rules.models import LanePlace, Zone
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.domain_events import AccessRuleRemoved, SiteChanged
from cloud.errors import InUseError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.sites import service as sites

FIRST_ZONE: Final = "Club"
_SYSTEM: Final = Actor("system", "access_rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneDetails:
    """The rules of a zone; see `access_policy.zone.Zone` for their meaning."""

    name: str
    passback: Passback = "off"
    passback_s: int | None = None
    forgive_minute: int = policy.CLOSING_MINUTE
    occupancy_limit: int | None = None
    needs_pin: bool = False
    has_first_person_in: bool = False


def create(session: UnitOfWork, actor: Actor, site_id: str, details: ZoneDetails) -> Zone:
    """Add a zone to a site.

    Raises:
        NotFoundError: there is no such site.
        InvalidError: the name is taken.
        ConflictError: the site has 64 zones.
    """
    editing.check_room(session, Zone, site_id)
    editing.check_name(session, Zone, site_id, details.name)
    zone = Zone(id=new_id("zon"), site_id=site_id, created_at=session.now, **asdict(details))
    session.add(zone)
    editing.record(session, actor, "zone.create", zone, after={"site_id": site_id, **asdict(details)})
    return zone


def change(session: UnitOfWork, actor: Actor, zone_id: str, changes: Mapping[str, Any]) -> Zone:
    """Change some of `ZoneDetails`' attributes.

    Raises:
        NotFoundError: there is no such zone.
        InvalidError: the name is taken.
    """
    zone = _take(session, zone_id)
    after = {name: value for name, value in changes.items() if value != getattr(zone, name)}
    if not after:
        return zone
    if "name" in after:
        editing.check_name(session, Zone, zone.site_id, after["name"], except_id=zone.id)
    before = {name: getattr(zone, name) for name in after}
    for name, value in after.items():
        setattr(zone, name, value)
    editing.record(session, actor, "zone.change", zone, before=before, after=after)
    return zone


def forgive(session: UnitOfWork, actor: Actor, zone_id: str) -> Zone:
    """Let the gates forget who is inside a zone: for anti-passback and the limit everybody counts as gone from now.

    Raises:
        NotFoundError: there is no such zone.
    """
    zone = _take(session, zone_id)
    zone.forgiven_at = session.now
    editing.record(session, actor, "zone.forgive", zone, after={"forgiven_at": session.now.isoformat()})
    return zone


def delete(session: UnitOfWork, actor: Actor, zone_id: str) -> None:
    """Remove a zone.

    Raises:
        NotFoundError: there is no such zone.
        InUseError: a lane leads there, a level grants it, or a session there was booked.
    """
    zone = _take(session, zone_id)
    users = [
        *(lane.name for lane in repository.list_lanes_to(session, zone_id)),
        *(level.name for level in repository.list_levels_with_zone(session, zone_id)),
    ]
    if users:
        raise InUseError("zone", users)
    session.publish(AccessRuleRemoved(zone_id))
    session.delete(zone)
    editing.record(session, actor, "zone.delete", zone, before={"name": zone.name})


def get(session: UnitOfWork, zone_id: str) -> Zone:
    """Raises NotFoundError."""
    zone = session.get(Zone, zone_id)
    if zone is None:
        raise not_found("zone", zone_id)
    return zone


def list_of_site(session: UnitOfWork, site_id: str) -> Sequence[Zone]:
    """All zones of a site by name."""
    return repository.list_by_name(session, Zone, site_id)


def add_first_zone(session: UnitOfWork, site_id: str) -> Zone:
    """The whole club as one zone, so that a new site knows who is inside from its first tap on."""
    return create(session, _SYSTEM, site_id, ZoneDetails(name=FIRST_ZONE))


def place_new_lane(session: UnitOfWork, lane_id: str, site_id: str) -> None:
    """Let a new lane lead from outside into the site's first zone, if it still has one."""
    first = repository.find_first_zone(session, site_id)
    session.add(LanePlace(lane_id=lane_id, zone_in_id=first.id if first else None, zone_out_id=None))
    session.flush()


def place_lane(
    session: UnitOfWork,
    actor: Actor,
    lane_id: str,
    *,
    zone_in_id: str | None,
    zone_out_id: str | None,
    device_kind: DeviceKind | None = None,
) -> LanePlace:
    """Say which zone each direction of a lane leads to, None is outside, and what stands there, None: as before.

    Raises:
        NotFoundError: there is no such lane.
        InvalidError: a zone is not one of the lane's site, or both are the same.
    """
    site_id = sites.get_lane(session, lane_id).site_id
    sites.lock_site(session, site_id)
    for field, zone_id in (("zone_in_id", zone_in_id), ("zone_out_id", zone_out_id)):
        if zone_id is not None:
            check_zone(session, field, zone_id, site_id)
    if zone_in_id is not None and zone_in_id == zone_out_id:
        raise invalid_field("zone_out_id", "same_zone", "A lane leads from one zone into another.")
    place = session.get(LanePlace, lane_id, populate_existing=True)
    if place is None:
        place = LanePlace(lane_id=lane_id, device_kind="turnstile")
        session.add(place)
    after = {"zone_in_id": zone_in_id, "zone_out_id": zone_out_id, "device_kind": device_kind or place.device_kind}
    before = {field: getattr(place, field) for field in after}
    for field, value in after.items():
        setattr(place, field, value)
    session.flush()
    audit.record(session, actor, "lane.place", entity=("lane", lane_id), before=before, after=after)
    session.publish(SiteChanged(site_id))
    return place


def check_zone(session: UnitOfWork, field: str, zone_id: str, site_id: str) -> None:
    """Raise InvalidError for the field unless the zone is one of the site."""
    zone = session.get(Zone, zone_id)
    if zone is None or zone.site_id != site_id:
        raise invalid_field(field, "unknown_zone", "The site has no such zone.")


def list_places(session: UnitOfWork, site_id: str) -> Sequence[LanePlace]:
    """Where the lanes of a site lead; a lane without a place joins nothing."""
    return repository.list_places(session, site_id)


def _take(session: UnitOfWork, zone_id: str) -> Zone:
    """The zone as it is once nobody else changes the rules of its site."""
    sites.lock_site(session, get(session, zone_id).site_id)
    zone = session.get(Zone, zone_id, populate_existing=True)
    if zone is None:
        raise not_found("zone", zone_id)
    return zone
