"""Queries on sessions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, false, or_, select

from cloud.class_sessions.models import ClassSession
from cloud.database import UnitOfWork
from cloud.staff.models import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions begin within a time, which stand (are not cancelled) unless all are wanted."""

    site_id: str | None = None
    since: datetime
    until: datetime
    activity_id: str | None = None
    room_id: str | None = None
    trainer_id: str | None = None
    has_cancelled: bool = False


def lock(session: UnitOfWork, session_id: str) -> ClassSession | None:
    """The session for this transaction alone: its seats are given away one at a time."""
    query = select(ClassSession).where(ClassSession.id == session_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def lock_following(session: UnitOfWork, first: ClassSession) -> Sequence[ClassSession]:
    """What stands of a series from this session on, in one order, for this transaction alone."""
    query = select(ClassSession).where(
        ClassSession.series_id == first.series_id,
        ClassSession.starts_at >= first.starts_at,
        ClassSession.cancelled_at.is_(None),
    )
    locked = query.order_by(ClassSession.id).with_for_update().execution_options(populate_existing=True)
    return sorted(session.scalars(locked).all(), key=lambda each: each.starts_at)


def lock_trainer(session: UnitOfWork, staff_id: str) -> Staff | None:
    """Somebody of the staff, whom no other transaction gives a session meanwhile; rows that name them can be added."""
    query = select(Staff).where(Staff.id == staff_id).with_for_update(key_share=True)
    return session.scalar(query.execution_options(populate_existing=True))


def wanted_by(wanted: SessionFilter) -> Select[ClassSession]:
    """The query of a filter, in no order."""
    query = select(ClassSession).where(ClassSession.starts_at >= wanted.since, ClassSession.starts_at < wanted.until)
    for column, value in (
        (ClassSession.site_id, wanted.site_id),
        (ClassSession.activity_id, wanted.activity_id),
        (ClassSession.room_id, wanted.room_id),
        (ClassSession.trainer_id, wanted.trainer_id),
    ):
        if value is not None:
            query = query.where(column == value)
    return query if wanted.has_cancelled else query.where(ClassSession.cancelled_at.is_(None))


def list_by_time(session: UnitOfWork, wanted: SessionFilter, *, limit: int) -> Sequence[ClassSession]:
    """The first `limit` of these, the earliest first."""
    return session.scalars(wanted_by(wanted).order_by(ClassSession.starts_at, ClassSession.id).limit(limit)).all()


def list_busy(
    session: UnitOfWork, room_id: str | None, trainer_id: str | None, *, since: datetime, until: datetime
) -> Sequence[ClassSession]:
    """What stands in a room or with a trainer and overlaps with a time; nothing without either."""
    by_room = ClassSession.room_id == room_id if room_id is not None else false()
    by_trainer = ClassSession.trainer_id == trainer_id if trainer_id is not None else false()
    return session.scalars(
        select(ClassSession).where(
            or_(by_room, by_trainer),
            ClassSession.cancelled_at.is_(None),
            ClassSession.starts_at < until,
            ClassSession.ends_at > since,
        )
    ).all()


def list_by_ids(session: UnitOfWork, session_ids: Collection[str]) -> Sequence[ClassSession]:
    """These sessions, in no order; unknown ids are left out."""
    return session.scalars(select(ClassSession).where(ClassSession.id.in_(session_ids))).all()
