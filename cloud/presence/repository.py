"""Queries on who is where."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from cloud.database import UnitOfWork
from cloud.presence.models import HeadcountChange, Whereabouts


def list_in_zone(session: UnitOfWork, site_id: str, zone_id: str, since: datetime) -> Sequence[Whereabouts]:
    """Who went last into this zone, at this moment or later; the earliest first."""
    return session.scalars(
        select(Whereabouts)
        .where(Whereabouts.site_id == site_id, Whereabouts.zone_id == zone_id, Whereabouts.since >= since)
        .order_by(Whereabouts.since, Whereabouts.member_id)
    ).all()


def list_of_member(session: UnitOfWork, member_id: str) -> Sequence[Whereabouts]:
    """Where a member went last at each site, the latest first."""
    return session.scalars(
        select(Whereabouts).where(Whereabouts.member_id == member_id).order_by(Whereabouts.since.desc())
    ).all()


def sum_changes(session: UnitOfWork, zone_id: str, since: datetime) -> int:
    """How many came into the zone unnamed since this moment, less those who left it so."""
    of_zone = (HeadcountChange.zone_id == zone_id, HeadcountChange.at >= since)
    return session.scalar(select(func.coalesce(func.sum(HeadcountChange.change), 0)).where(*of_zone)) or 0


def delete_changes_before(session: UnitOfWork, at: datetime) -> None:
    """Forget changes that no closing time reaches any more."""
    session.execute(delete(HeadcountChange).where(HeadcountChange.at < at))
