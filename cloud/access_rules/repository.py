"""Queries on access rules."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import func, or_, select

from cloud.access_rules.models import AccessLevel, LanePlace, LevelGrant, Schedule, SpecialDay, Zone
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.sites.models import Lane

Named = TypeVar("Named", Zone, Schedule, AccessLevel)
Rule = TypeVar("Rule", Zone, Schedule, AccessLevel, SpecialDay)


def list_by_name(session: UnitOfWork, noun: type[Named], site_id: str) -> Sequence[Named]:
    """All of a site."""
    return session.scalars(select(noun).where(noun.site_id == site_id).order_by(noun.name, noun.id)).all()


def find_page(session: UnitOfWork, noun: type[Rule], site_id: str, *, after: str | None, limit: int) -> Page[Rule]:
    """Some of a site, the oldest first."""
    query = select(noun).where(noun.site_id == site_id)
    return page_by_id(session, query, noun.id, after=after, limit=limit, is_newest_first=False)


def count(session: UnitOfWork, noun: type[Rule], site_id: str) -> int:
    """How many a site has."""
    return session.scalar(select(func.count()).select_from(noun).where(noun.site_id == site_id)) or 0


def is_name_taken(session: UnitOfWork, noun: type[Named], site_id: str, name: str, *, except_id: str) -> bool:
    """Whether another one of the site has this name."""
    query = select(noun.id).where(noun.site_id == site_id, noun.name == name, noun.id != except_id)
    return session.scalar(query.limit(1)) is not None


def find_first_zone(session: UnitOfWork, site_id: str) -> Zone | None:
    """The oldest zone of a site."""
    return session.scalar(select(Zone).where(Zone.site_id == site_id).order_by(Zone.id).limit(1))


def list_places(session: UnitOfWork, site_id: str) -> Sequence[LanePlace]:
    """Where the lanes of a site lead."""
    return session.scalars(
        select(LanePlace).join(Lane, Lane.id == LanePlace.lane_id).where(Lane.site_id == site_id)
    ).all()


def list_special_days(session: UnitOfWork, site_id: str) -> Sequence[SpecialDay]:
    """The calendar of a site."""
    return session.scalars(select(SpecialDay).where(SpecialDay.site_id == site_id).order_by(SpecialDay.day)).all()


def list_lanes_to(session: UnitOfWork, zone_id: str) -> Sequence[Lane]:
    """The lanes that lead into a zone or out of it."""
    leads_there = or_(LanePlace.zone_in_id == zone_id, LanePlace.zone_out_id == zone_id)
    query = select(Lane).join(LanePlace, LanePlace.lane_id == Lane.id).where(leads_there)
    return session.scalars(query.order_by(Lane.name)).all()


def list_levels_with_zone(session: UnitOfWork, zone_id: str) -> Sequence[AccessLevel]:
    """The levels that grant a zone."""
    return session.scalars(
        select(AccessLevel).join(LevelGrant).where(LevelGrant.zone_id == zone_id).order_by(AccessLevel.name)
    ).all()


def list_levels_with_schedule(session: UnitOfWork, schedule_id: str) -> Sequence[AccessLevel]:
    """The levels that grant something in the hours of a schedule."""
    query = select(AccessLevel).join(LevelGrant).where(LevelGrant.schedule_id == schedule_id)
    return session.scalars(query.distinct().order_by(AccessLevel.name)).all()
