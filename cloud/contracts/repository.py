"""Queries on contracts."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import joinedload

from cloud.billing.instalments import OPEN_MAX
from cloud.billing.models import Instalment
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.members.models import Member
from cloud.sites.models import Site

_OF_MEMBERS: Final = (
    select(Contract)
    .where(Contract.member_id.in_(bindparam("member_ids", expanding=True)))
    .order_by(Contract.member_id, Contract.starts_on.desc(), Contract.id.desc())
    .options(joinedload(Contract.freezes))
)
"""Made once: every list of members and every change about one asks it; the few freezes come along."""


def list_of_members(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Contract]:
    """The contracts of some members with their freezes, the latest start first."""
    return session.scalars(_OF_MEMBERS, {"member_ids": [*member_ids]}).unique().all()


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


def note_first_use(session: UnitOfWork, contract_id: str, at: datetime) -> None:
    """Remember when the contract was used for the first time, unless that is known."""
    query = update(Contract).where(Contract.id == contract_id, Contract.first_used_at.is_(None))
    session.execute(query.values(first_used_at=at))


def find_successor(session: UnitOfWork, contract_id: str) -> Contract | None:
    """The contract that renews this one."""
    return session.scalar(select(Contract).where(Contract.renews_id == contract_id).limit(1))


def list_renewing(session: UnitOfWork, *, ends_before: date, limit: int) -> list[tuple[Contract, str]]:
    """Recurring contracts that end before a day and may be prolonged, the earliest end first; their time zones.

    They are this transaction's alone; what another one has, is left to that.
    """
    unpaid = (
        select(func.count())
        .select_from(Instalment)
        .where(Instalment.contract_id == Contract.id, Instalment.paid_at.is_(None), Instalment.cancelled_at.is_(None))
        .correlate(Contract)
        .scalar_subquery()
    )
    query = (
        select(Contract, Site.time_zone)
        .join(Member, Member.id == Contract.member_id)
        .join(Site, Site.id == Member.site_id)
        .where(Contract.is_renewing, Contract.ends_on < ends_before, unpaid < OPEN_MAX)
        .order_by(Contract.ends_on, Contract.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Contract)
    )
    return [(contract, time_zone) for contract, time_zone in session.execute(query)]
