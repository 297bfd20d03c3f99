"""Who is inside now: by zone with name and time, and where one member is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from access_policy.schedule import Calendar, last_daily_moment
from access_policy.zone import OUTSIDE
from cloud.access_rules import zones
from cloud.access_rules.models import Zone
from cloud.database import UnitOfWork
from cloud.members import service as members
from cloud.members.models import Member
from cloud.presence import repository
from cloud.sites import service as sites


@dataclass(frozen=True, slots=True)
class Person:
    """A member who is inside."""

    member_id: str
    name: str
    since: datetime
    lane_name: str
    is_staff: bool


@dataclass(frozen=True, slots=True)
class ZoneRoll:
    """Who is in a zone. `unnamed` are guests and others without a card; below zero: so many have left unseen."""

    zone: Zone
    people: Sequence[Person]
    unnamed: int

    @property
    def count(self) -> int:
        """How many people are inside, never fewer than none."""
        return max(0, len(self.people) + self.unnamed)

    @property
    def is_full(self) -> bool:
        """Whether the zone's limit is reached."""
        return self.zone.occupancy_limit is not None and self.count >= self.zone.occupancy_limit


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member went last. `is_counted` is false once that was forgotten; without a zone they are outside."""

    site_name: str
    zone_name: str
    lane_name: str
    since: datetime
    is_counted: bool


def who_is_inside(session: UnitOfWork, site_id: str) -> list[ZoneRoll]:
    """The zones of a site by name, each with the people in it, also by name.

    Raises:
        NotFoundError: there is no such site.
    """
    sites.get_site(session, site_id)
    lanes = {lane.id: lane.name for lane in sites.list_lanes(session, site_id)}
    return [_roll(session, zone, lanes) for zone in zones.list_of_site(session, site_id)]


def places_of(session: UnitOfWork, member: Member) -> list[Place]:
    """Where a member went last at each site, the latest first."""
    places = []
    for row in repository.list_of_member(session, member.id):
        zone = session.get(Zone, row.zone_id) if row.zone_id != OUTSIDE else None
        is_counted = (
            zone is not None
            and row.since >= counted_from(session, zone, session.now)
            and not _is_forgiven(member, row.since)
        )
        lanes = {lane.id: lane.name for lane in sites.list_lanes(session, row.site_id)}
        places.append(
            Place(
                site_name=sites.get_site(session, row.site_id).name,
                zone_name=zone.name if zone else "",
                lane_name=lanes.get(row.lane_id, row.lane_id),
                since=row.since,
                is_counted=is_counted,
            )
        )
    return places


def counted_from(session: UnitOfWork, zone: Zone, at: datetime) -> datetime:
    """Who came into the zone before this no longer counts at `at`: its day began anew, or staff forgave."""
    calendar = Calendar(ZoneInfo(sites.get_site(session, zone.site_id).time_zone))
    began = datetime.fromtimestamp(last_daily_moment(calendar, zone.forgive_minute, int(at.timestamp())), UTC)
    return max(began, zone.forgiven_at or began)


def unnamed_in(session: UnitOfWork, zone: Zone, at: datetime) -> int:
    """How many people count as being in the zone without a name; below zero: so many named ones have left unseen."""
    return repository.sum_changes(session, zone.id, counted_from(session, zone, at))


def _roll(session: UnitOfWork, zone: Zone, lanes: dict[str, str]) -> ZoneRoll:
    since = counted_from(session, zone, session.now)
    rows = repository.list_in_zone(session, zone.site_id, zone.id, since)
    known = {member.id: member for member in members.list_by_ids(session, {row.member_id for row in rows})}
    inside = [
        (row, member)
        for row in rows
        if (member := known.get(row.member_id)) is not None and not _is_forgiven(member, row.since)
    ]
    people = [
        Person(member.id, member.name, row.since, lanes.get(row.lane_id, row.lane_id), row.is_staff)
        for row, member in sorted(inside, key=lambda pair: (pair[1].sort_name, pair[1].id))
    ]
    return ZoneRoll(zone, people, repository.sum_changes(session, zone.id, since))


def _is_forgiven(member: Member, since: datetime) -> bool:
    return member.forgiven_at is not None and since < member.forgiven_at
