"""Queries on alarms."""

from datetime import datetime

from sqlalchemy import func, select, update

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
