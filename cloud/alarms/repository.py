"""Queries on alarms."""

from datetime import datetime

from sqlalchemy import delete, func, or_, select, update

from cloud.alarms.models import Alarm
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.listing import page_by_id


def find_page(
    session: UnitOfWork, *, member_id: str | None, is_open: bool | None, after: str | None, limit: int
) -> Page[Alarm]:
    """Alarms, the newest first."""
    query = select(Alarm)
    if member_id is not None:
        query = query.where(Alarm.member_id == member_id)
    if is_open is not None:
        query = query.where(Alarm.acknowledged_at.is_(None) if is_open else Alarm.acknowledged_at.is_not(None))
    return page_by_id(session, query, Alarm.id, after=after, limit=limit)


def count_urgent(session: UnitOfWork, *, most: int) -> int:
    """How many wait for somebody and are no history, counted up to `most`."""
    waiting = (Alarm.acknowledged_at.is_(None), Alarm.is_history.is_(False))
    some = select(Alarm.id).where(*waiting).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def newest_id(session: UnitOfWork) -> str:
    """The newest alarm, empty without any."""
    return session.scalar(select(func.max(Alarm.id))) or ""


def acknowledge_up_to(session: UnitOfWork, last_id: str, staff_id: str, at: datetime) -> int:
    """Acknowledge every open alarm up to this one; returns how many."""
    waiting = (Alarm.acknowledged_at.is_(None), Alarm.id <= last_id)
    ids = session.scalars(select(Alarm.id).where(*waiting).with_for_update()).all()
    session.execute(update(Alarm).where(*waiting).values(acknowledged_by=staff_id, acknowledged_at=at))
    return len(ids)


def is_lane_waiting(
    session: UnitOfWork, lane_id: str, kind: str, around: tuple[datetime, datetime], *, among: int
) -> bool:
    """Whether an open alarm of this kind and lane, from between two moments, is `among` the newest of all lanes."""
    newest = select(Alarm).where(Alarm.member_id.is_(None)).order_by(Alarm.id.desc()).limit(among).subquery()
    same = (newest.c.lane_id == lane_id, newest.c.kind == kind, newest.c.acknowledged_at.is_(None))
    query = select(newest.c.id).where(*same, newest.c.occurred_at.between(*around)).limit(1)
    return session.scalar(query) is not None


def is_member_named(
    session: UnitOfWork, member_id: str, kind: str, around: tuple[datetime, datetime], *, open_at: datetime
) -> bool:
    """Whether an alarm of this kind, from between two moments, is about the member, and was not over at `open_at`."""
    same = (Alarm.member_id == member_id, Alarm.kind == kind, Alarm.occurred_at.between(*around))
    was_open = or_(Alarm.acknowledged_at.is_(None), Alarm.acknowledged_at >= open_at)
    return session.scalar(select(Alarm.id).where(*same, was_open).limit(1)) is not None


def delete_oldest(session: UnitOfWork, *, acknowledged_before: datetime, most: int, limit: int) -> int:
    """Delete what was acknowledged before this moment, and what is older than the newest `most`; at most `limit`."""
    newest_too_many = session.scalar(select(Alarm.id).order_by(Alarm.id.desc()).offset(most).limit(1))
    is_old = Alarm.acknowledged_at < acknowledged_before
    condition = is_old if newest_too_many is None else or_(is_old, Alarm.id <= newest_too_many)
    ids = session.scalars(select(Alarm.id).where(condition).order_by(Alarm.id).limit(limit)).all()
    session.execute(delete(Alarm).where(Alarm.id.in_(ids)))
    return len(ids)
