"""What access rules do about domain events: a new site gets its first zone, a new lane leads into it."""

from cloud.access_rules import zones
from cloud.database import UnitOfWork
from cloud.domain_events import LaneAdded, SiteAdded


def add_first_zone(session: UnitOfWork, event: SiteAdded) -> None:
    """The whole club is one zone until somebody says otherwise."""
    zones.add_first_zone(session, event.site_id)


def place_lane(session: UnitOfWork, event: LaneAdded) -> None:
    """In leads into the club, out leads outside."""
    zones.place_new_lane(session, event.lane_id, event.site_id)
