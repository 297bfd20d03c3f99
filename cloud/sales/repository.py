"""Queries on sales."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select

from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.sales.models import Sale


def lock(session: UnitOfWork, sale_id: str) -> Sale | None:
    """The sale, kept from everybody else until the transaction ends."""
    query = select(Sale).where(Sale.id == sale_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def find_by_key(session: UnitOfWork, sold_by: str, idempotency_key: str) -> Sale | None:
    """What was reported under this key by the same."""
    return session.scalar(select(Sale).where(Sale.sold_by == sold_by, Sale.idempotency_key == idempotency_key))


def find_page(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[Sale]:
    """The sales of a member, the newest first."""
    return page_by_id(session, select(Sale).where(Sale.member_id == member_id), Sale.id, after=after, limit=limit)


def sum_sold(session: UnitOfWork, member_ids: Collection[str]) -> list[Any]:
    """Of each member and currency: how much was sold and not cancelled, in how many receipts."""
    query = (
        select(Sale.member_id, Sale.currency, func.sum(Sale.total_minor), func.count())
        .where(Sale.member_id.in_(member_ids), Sale.cancelled_at.is_(None))
        .group_by(Sale.member_id, Sale.currency)
    )
    return list(session.execute(query))
