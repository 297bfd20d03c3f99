"""Bookings of a period as numbers, each of which opens its list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from cloud.bookings.models import Booking, WaitingEntry
from cloud.class_sessions.models import ClassSession
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.listing import page_by_id

BookingFigure = Literal["booked", "booked_in_app", "cancelled", "reassigned"]
WaitingFigure = Literal["queued", "waiting", "converted"]
BOOKING_FIGURES: Final[tuple[BookingFigure, ...]] = get_args(BookingFigure)
WAITING_FIGURES: Final[tuple[WaitingFigure, ...]] = get_args(WaitingFigure)


@dataclass(frozen=True, slots=True)
class Period:
    """The sessions of a site that begin from `since` to before `until`."""

    site_id: str
    since: datetime
    until: datetime


def count(session: UnitOfWork, period: Period) -> dict[str, int]:
    """Each figure by its name."""
    of_bookings: dict[str, int] = {figure: _number(session, _bookings(period, figure)) for figure in BOOKING_FIGURES}
    return {**of_bookings, **{figure: _number(session, _entries(period, figure)) for figure in WAITING_FIGURES}}


def find_bookings(
    session: UnitOfWork, period: Period, figure: BookingFigure, *, after: str | None, limit: int
) -> Page[Booking]:
    """The bookings behind a figure, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return page_by_id(session, _bookings(period, figure), Booking.id, after=after, limit=limit)


def find_waiting(
    session: UnitOfWork, period: Period, figure: WaitingFigure, *, after: str | None, limit: int
) -> Page[WaitingEntry]:
    """The places on waiting lists behind a figure, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return page_by_id(session, _entries(period, figure), WaitingEntry.id, after=after, limit=limit)


def is_reassigned() -> ColumnElement[bool]:
    """Whether a cancelled booking was booked again: see `policy`."""
    again = aliased(Booking)
    return exists().where(
        again.member_id == Booking.member_id,
        again.id != Booking.id,
        again.booked_at >= Booking.cancelled_at,
        again.booked_at < Booking.rebook_until,
        again.balance_kind == Booking.balance_kind,
        again.cancelled_at.is_(None),
    )


def _bookings(period: Period, figure: BookingFigure) -> Select[Booking]:
    query = select(Booking).where(
        Booking.site_id == period.site_id, Booking.starts_at >= period.since, Booking.starts_at < period.until
    )
    match figure:
        case "booked":
            return query.where(Booking.cancelled_at.is_(None))
        case "booked_in_app":
            return query.where(Booking.cancelled_at.is_(None), Booking.channel == "app")
        case "cancelled":
            return query.where(Booking.cancelled_at.is_not(None))
        case "reassigned":
            return query.where(Booking.cancelled_at.is_not(None), is_reassigned())


def _entries(period: Period, figure: WaitingFigure) -> Select[WaitingEntry]:
    query = (
        select(WaitingEntry)
        .join(ClassSession, ClassSession.id == WaitingEntry.session_id)
        .where(
            ClassSession.site_id == period.site_id,
            ClassSession.starts_at >= period.since,
            ClassSession.starts_at < period.until,
        )
    )
    match figure:
        case "queued":
            return query
        case "waiting":
            return query.where(WaitingEntry.left_at.is_(None))
        case "converted":
            return query.where(WaitingEntry.booking_id.is_not(None))


def _number(session: UnitOfWork, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0
