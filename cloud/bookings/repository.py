"""Queries on bookings."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select

from cloud.bookings.models import Booking
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.listing import page_by_id

_STANDING: Final = (
    select(Booking)
    .where(
        Booking.member_id.in_(bindparam("member_ids", expanding=True)),
        Booking.ends_at > bindparam("since"),
        Booking.cancelled_at.is_(None),
    )
    .order_by(Booking.starts_at, Booking.id)
)
"""Made once: every list of members and every change about one asks it."""


def lock(session: UnitOfWork, booking_id: str) -> Booking | None:
    """The booking for this transaction alone."""
    query = select(Booking).where(Booking.id == booking_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def list_standing(session: UnitOfWork, member_ids: Collection[str], *, since: datetime) -> Sequence[Booking]:
    """What these members have booked and not cancelled, and was not over at `since`; the earliest first."""
    return session.scalars(_STANDING, {"member_ids": [*member_ids], "since": since}).all()


def count_standing(session: UnitOfWork, member_id: str, *, since: datetime) -> int:
    """How many of them there are."""
    standing = (Booking.member_id == member_id, Booking.ends_at > since, Booking.cancelled_at.is_(None))
    return session.scalar(select(func.count()).select_from(Booking).where(*standing)) or 0


def list_of_session(session: UnitOfWork, session_id: str) -> Sequence[Booking]:
    """What stands of a session, in the order in which it was booked."""
    query = select(Booking).where(Booking.session_id == session_id, Booking.cancelled_at.is_(None))
    return session.scalars(query.order_by(Booking.id)).all()


def count_by_session(session: UnitOfWork, session_ids: Collection[str]) -> dict[str, int]:
    """How many bookings of each session stand; a session without any is left out."""
    query = (
        select(Booking.session_id, func.count())
        .where(Booking.session_id.in_(session_ids), Booking.cancelled_at.is_(None))
        .group_by(Booking.session_id)
    )
    return dict(session.execute(query).all())


def list_attendable(session: UnitOfWork, member_id: str, *, since: datetime, until: datetime) -> Sequence[Booking]:
    """What a member has booked, not cancelled and not attended, that begins before `until` and ends after `since`."""
    return session.scalars(
        select(Booking).where(
            Booking.member_id == member_id,
            Booking.ends_at > since,
            Booking.starts_at <= until,
            Booking.cancelled_at.is_(None),
            Booking.attended_at.is_(None),
        )
    ).all()


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Booking]:
    """Everything that a member ever booked, the newest booking first."""
    query = select(Booking).where(Booking.member_id == member_id)
    return page_by_id(session, query, Booking.id, after=after, limit=limit)


def list_titles_of_zone(session: UnitOfWork, zone_id: str, *, limit: int) -> Sequence[str]:
    """The titles of some bookings of a zone, whenever they were."""
    query = select(Booking.title).where(Booking.zone_id == zone_id).distinct()
    return session.scalars(query.order_by(Booking.title).limit(limit)).all()
