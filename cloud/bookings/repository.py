"""Queries on bookings."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select

from cloud.bookings.models import Booking
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.listing import page_by_id


def list_standing(session: UnitOfWork, member_ids: Collection[str], *, since: datetime) -> Sequence[Booking]:
    """What these members have booked and not cancelled, and was not over at `since`; the earliest first."""
    return session.scalars(
        select(Booking)
        .where(Booking.member_id.in_(member_ids), Booking.ends_at > since, Booking.cancelled_at.is_(None))
        .order_by(Booking.starts_at, Booking.id)
    ).all()


def count_standing(session: UnitOfWork, member_id: str, *, since: datetime) -> int:
    """How many of them there are."""
    standing = (Booking.member_id == member_id, Booking.ends_at > since, Booking.cancelled_at.is_(None))
    return session.scalar(select(func.count()).select_from(Booking).where(*standing)) or 0


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Booking]:
    """Everything that a member ever booked, the newest booking first."""
    query = select(Booking).where(Booking.member_id == member_id)
    return page_by_id(session, query, Booking.id, after=after, limit=limit)


def list_titles_of_zone(session: UnitOfWork, zone_id: str, *, limit: int) -> Sequence[str]:
    """The titles of some bookings of a zone, whenever they were."""
    query = select(Booking.title).where(Booking.zone_id == zone_id).distinct()
    return session.scalars(query.order_by(Booking.title).limit(limit)).all()
