"""Queries on contracts."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update

from cloud.contracts.models import Contract
from cloud.database import UnitOfWork


def list_of_members(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Contract]:
    """The contracts of some members with their freezes, the latest start first."""
    return session.scalars(
        select(Contract)
        .where(Contract.member_id.in_(member_ids))
        .order_by(Contract.member_id, Contract.starts_on.desc(), Contract.id.desc())
    ).all()


def list_plans_of_level(session: UnitOfWork, level_id: str, *, limit: int) -> Sequence[str]:
    """The names of some plans whose contracts name this access level."""
    query = select(Contract.plan_name).where(Contract.level_id == level_id).distinct()
    return session.scalars(query.order_by(Contract.plan_name).limit(limit)).all()


def count_visit(session: UnitOfWork, contract_id: str) -> str | None:
    """Add one used visit, whoever else is doing the same; the member's id, or None if there is no such contract."""
    return session.scalar(
        update(Contract)
        .where(Contract.id == contract_id)
        .values(visits_used=Contract.visits_used + 1)
        .returning(Contract.member_id)
    )
