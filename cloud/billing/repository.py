"""Queries on instalments and charges."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Row, bindparam, func, select, tuple_

from cloud.billing.models import Charge, Instalment
from cloud.database import UnitOfWork
from cloud.members.models import Member
from cloud.plain_rows import plain_rows

_IS_OPEN: Final[tuple[ColumnElement[bool], ...]] = (Instalment.paid_at.is_(None), Instalment.cancelled_at.is_(None))
_IS_OPEN_HERE: Final[ColumnElement[bool]] = func.coalesce(Instalment.paid_at, Instalment.cancelled_at).is_(None)
"""The same where few are looked at: SQLite would otherwise go through everything that is open in the whole club."""
_OPEN: Final = (
    select(Instalment)
    .where(Instalment.member_id.in_(bindparam("member_ids", expanding=True)), _IS_OPEN_HERE)
    .order_by(Instalment.due_on, Instalment.id)
)
"""Made once: every change about a member asks it."""
_DUES: Final = _OPEN.with_only_columns(
    Instalment.member_id, Instalment.contract_id, Instalment.due_on, Instalment.block_after_days
)
"""The same without objects, for lists of members."""


def list_open(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Instalment]:
    """What some members have not paid, due or not, the earliest first."""
    return session.scalars(_OPEN, {"member_ids": [*member_ids]}).all()


def list_dues(session: UnitOfWork, member_ids: Collection[str]) -> Sequence[Row[str, str, date, int]]:
    """Of what some members have not paid the member, contract, day and days until the block, the earliest first."""
    return plain_rows(session, _DUES, {"member_ids": [*member_ids]})


def count_open(session: UnitOfWork, contract_ids: Collection[str]) -> dict[str, int]:
    """How many instalments of some contracts are not paid; those without any are left out."""
    query = (
        select(Instalment.contract_id, func.count())
        .where(Instalment.contract_id.in_(contract_ids), _IS_OPEN_HERE)
        .group_by(Instalment.contract_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def list_of_contract(session: UnitOfWork, contract_id: str) -> Sequence[Instalment]:
    """Everything that was ever due for a contract and not cancelled, the earliest first."""
    query = select(Instalment).where(Instalment.contract_id == contract_id, Instalment.cancelled_at.is_(None))
    return session.scalars(query.order_by(Instalment.due_on, Instalment.id)).all()


def list_recent(session: UnitOfWork, contract_ids: Collection[str], *, limit: int) -> Sequence[Instalment]:
    """Of what was asked for some contracts and not cancelled, those due last, the earliest first."""
    query = select(Instalment).where(Instalment.contract_id.in_(contract_ids), Instalment.cancelled_at.is_(None))
    rows = session.scalars(query.order_by(Instalment.due_on.desc(), Instalment.id.desc()).limit(limit)).all()
    return rows[::-1]


def lock(session: UnitOfWork, instalment_id: str) -> Instalment | None:
    """One instalment, for this transaction alone."""
    return session.get(Instalment, instalment_id, with_for_update=True, populate_existing=True)


def find_charge(session: UnitOfWork, recorded_by: str, idempotency_key: str) -> Charge | None:
    """What was reported under this key."""
    query = select(Charge).where(Charge.recorded_by == recorded_by, Charge.idempotency_key == idempotency_key)
    return session.scalar(query)


def list_charges(session: UnitOfWork, instalment_ids: Collection[str], *, limit: int) -> Sequence[Charge]:
    """The last charges of some instalments, the newest first."""
    if not instalment_ids:
        return []
    query = select(Charge).where(Charge.instalment_id.in_(instalment_ids))
    return session.scalars(query.order_by(Charge.id.desc()).limit(limit)).all()


def find_due_page(
    session: UnitOfWork,
    site_id: str,
    *,
    from_day: date | None,
    to_day: date,
    after: tuple[date, str] | None,
    limit: int,
) -> Sequence[tuple[Instalment, Member]]:
    """What is open and due in some days at a site, with who owes it, the earliest first."""
    query = (
        select(Instalment, Member)
        .join(Member, Member.id == Instalment.member_id)
        .where(Member.site_id == site_id, *_IS_OPEN, Instalment.due_on <= to_day)
        .order_by(Instalment.due_on, Instalment.id)
        .limit(limit)
    )
    if from_day is not None:
        query = query.where(Instalment.due_on >= from_day)
    if after is not None:
        query = query.where(tuple_(Instalment.due_on, Instalment.id) > after)
    return [(instalment, member) for instalment, member in session.execute(query)]


def sum_due(session: UnitOfWork, site_id: str, to_day: date) -> Sequence[tuple[str, int, int]]:
    """By currency: how much is open that is due until a day at a site, and how many members owe it."""
    query = (
        select(
            Instalment.currency,
            func.sum(Instalment.amount_minor - Instalment.paid_minor),
            func.count(Instalment.member_id.distinct()),
        )
        .join(Member, Member.id == Instalment.member_id)
        .where(Member.site_id == site_id, *_IS_OPEN, Instalment.due_on <= to_day)
        .group_by(Instalment.currency)
        .order_by(Instalment.currency)
    )
    return [(currency, int(amount), int(people)) for currency, amount, people in session.execute(query)]


def sum_collected(session: UnitOfWork, member_ids: Collection[str]) -> list[tuple[str, str, int, int]]:
    """Of each member and currency: how much charges have collected and kept, and how many they are."""
    query = (
        select(Instalment.member_id, Instalment.currency, func.sum(Charge.amount_minor), func.count())
        .join(Charge, Charge.instalment_id == Instalment.id)
        .where(Instalment.member_id.in_(member_ids), Charge.outcome == "succeeded", Charge.reversed_at.is_(None))
        .group_by(Instalment.member_id, Instalment.currency)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]
