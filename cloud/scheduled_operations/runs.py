"""What operations did, day by day, and about whom."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from sqlalchemy import delete, func, select

from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.scheduled_operations.models import OperationRun, OperationTouch

PRUNED_AT_ONCE: Final = 20
"""Runs, each with at most 500 people."""


def find_of_day(session: UnitOfWork, operation_id: str, day: date) -> OperationRun | None:
    """The run of a day, if it has begun."""
    return session.scalar(
        select(OperationRun).where(OperationRun.operation_id == operation_id, OperationRun.day == day)
    )


def find_page(session: UnitOfWork, operation_id: str, *, after: str | None, limit: int) -> Page[OperationRun]:
    """What an operation did, the newest day first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    query = select(OperationRun).where(OperationRun.operation_id == operation_id)
    return page_by_id(session, query, OperationRun.id, after=after, limit=limit)


def list_last(session: UnitOfWork, operation_ids: Collection[str]) -> dict[str, OperationRun]:
    """The last run of each of these operations; those that never ran are left out."""
    newest = select(func.max(OperationRun.id)).where(OperationRun.operation_id.in_(operation_ids))
    query = select(OperationRun).where(OperationRun.id.in_(newest.group_by(OperationRun.operation_id)))
    return {each.operation_id: each for each in session.scalars(query)}


def list_touches(session: UnitOfWork, operation_id: str, day: date) -> Sequence[OperationTouch]:
    """Whom the run of a day was about: 500 at most."""
    query = select(OperationTouch).where(OperationTouch.operation_id == operation_id, OperationTouch.day == day)
    return session.scalars(query.order_by(OperationTouch.member_id)).all()


def prune(session: UnitOfWork, before: date) -> int:
    """Forget some runs of days before this one, with whom they were about; how many runs."""
    old = session.scalars(select(OperationRun).where(OperationRun.day < before).limit(PRUNED_AT_ONCE)).all()
    for each in old:
        same = (OperationTouch.operation_id == each.operation_id, OperationTouch.day == each.day)
        session.execute(delete(OperationTouch).where(*same))
        session.delete(each)
    return len(old)
