"""Causes of contracts: one ends, one with a debt ends, one that was sold is not paid."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from cloud.billing.models import Instalment
from cloud.card_rules import policy
from cloud.card_rules.causes import Cause, Found, Scope, day_of, subjects
from cloud.card_rules.models import Card
from cloud.card_rules.policy import EndReason
from cloud.card_rules.rules import RuleSettings
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.members.models import Member

Place = tuple[datetime | date, str] | None
_OPEN = (Instalment.paid_at.is_(None), Instalment.cancelled_at.is_(None))


def find_ending(session: UnitOfWork, scope: Scope, settings: RuleSettings, *, after: Place, limit: int) -> Found:
    """Contracts with a fixed end that comes, and that nothing follows."""
    query = _ending_query(scope, settings, after, limit).where(Contract.kind != "recurring", ~_is_followed())
    rows = session.scalars(query).all()
    causes = [_ending(contract, amount=None) for contract in rows]
    return Found(causes, (rows[-1].ends_on, rows[-1].id) if len(rows) == limit else None)


def find_ending_with_debt(
    session: UnitOfWork, scope: Scope, settings: RuleSettings, *, after: Place, limit: int
) -> Found:
    """Recurring contracts that go on no more, and on which something is due."""
    owed = _owed(scope.today)
    query = _ending_query(scope, settings, after, limit).where(Contract.kind == "recurring", owed > 0)
    rows = session.execute(query.add_columns(owed)).all()
    causes = [_ending(contract, amount=(int(minor), contract.currency)) for contract, minor in rows]
    return Found(causes, (rows[-1][0].ends_on, rows[-1][0].id) if len(rows) == limit else None)


def find_unpaid(session: UnitOfWork, scope: Scope, settings: RuleSettings, *, after: Place, limit: int) -> Found:
    """Contracts that were sold a while ago, of which something is due, and nothing paid."""
    owed = _owed(scope.today)
    before = scope.now - timedelta(minutes=settings.amount)
    query = (
        _at_site(select(Contract, owed), scope)
        .where(Contract.created_at > scope.now - policy.CAUGHT_UP, Contract.created_at <= before)
        .where(owed > 0, ~_has_paid())
        .order_by(Contract.created_at, Contract.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(Contract.created_at, Contract.id) > after)
    rows = session.execute(query).all()
    causes = [
        Cause(
            key=contract.id,
            subject=contract.id,
            member_id=contract.member_id,
            words={"plan": contract.plan_name, "amount": (int(minor), contract.currency)},
        )
        for contract, minor in rows
    ]
    return Found(causes, (rows[-1][0].created_at, rows[-1][0].id) if len(rows) == limit else None)


def judge_ending(session: UnitOfWork, cards: Sequence[Card], zone: ZoneInfo) -> dict[str, EndReason]:
    """Over once something follows the contract, or it ends on another day."""
    rows = session.execute(select(Contract, _is_followed()).where(Contract.id.in_(subjects(cards))))
    known = {contract.id: (contract.ends_on, is_followed) for contract, is_followed in rows}
    reasons: dict[str, EndReason] = {}
    for card in cards:
        ends_on, is_followed = known[card.subject]
        if is_followed:
            reasons[card.id] = "renewed"
        elif ends_on != day_of(card):
            reasons[card.id] = "contract_changed"
    return reasons


def judge_debt(session: UnitOfWork, cards: Sequence[Card], zone: ZoneInfo) -> dict[str, EndReason]:
    """Over once nothing is due, or the contract ends on another day."""
    owed = _owed(local_day(session.now, zone))
    rows = session.execute(select(Contract.id, Contract.ends_on, owed).where(Contract.id.in_(subjects(cards))))
    known = {row[0]: (row[1], row[2]) for row in rows}
    reasons: dict[str, EndReason] = {}
    for card in cards:
        ends_on, minor = known[card.subject]
        if not minor:
            reasons[card.id] = "paid"
        elif ends_on != day_of(card):
            reasons[card.id] = "contract_changed"
    return reasons


def judge_unpaid(session: UnitOfWork, cards: Sequence[Card], zone: ZoneInfo) -> dict[str, EndReason]:
    """Over once something is paid, or nothing is due any more."""
    owed = _owed(local_day(session.now, zone))
    rows = session.execute(select(Contract.id, _has_paid(), owed).where(Contract.id.in_(subjects(cards))))
    known = {row[0]: (row[1], row[2]) for row in rows}
    reasons: dict[str, EndReason] = {}
    for card in cards:
        has_paid, minor = known[card.subject]
        if has_paid:
            reasons[card.id] = "paid"
        elif not minor:
            reasons[card.id] = "cancelled"
    return reasons


def _ending_query(scope: Scope, settings: RuleSettings, after: Place, limit: int) -> Select[Any]:
    days = policy.ends_soon(settings.amount, scope.today)
    query = _at_site(select(Contract), scope).where(Contract.ends_on.between(days.first, days.last))
    if after is not None:
        query = query.where(tuple_(Contract.ends_on, Contract.id) > after)
    return query.order_by(Contract.ends_on, Contract.id).limit(limit)


def _at_site(query: Select[*tuple[Any, ...]], scope: Scope) -> Select[*tuple[Any, ...]]:
    return query.join(Member, Member.id == Contract.member_id).where(Member.site_id == scope.site_id)


def _ending(contract: Contract, *, amount: tuple[int, str] | None) -> Cause:
    words: dict[Any, Any] = {"plan": contract.plan_name, "day": contract.ends_on}
    if amount is not None:
        words["amount"] = amount
    key = f"{contract.id}:{contract.ends_on.isoformat()}"
    return Cause(key=key, subject=contract.id, member_id=contract.member_id, words=words)


def _is_followed() -> ColumnElement[bool]:
    """Another contract of the member renews this one, or runs for longer."""
    other = aliased(Contract)
    return (
        exists()
        .where(other.member_id == Contract.member_id, other.id != Contract.id)
        .where((other.renews_id == Contract.id) | (other.ends_on > Contract.ends_on))
        .correlate(Contract)
    )


def _owed(today: date) -> ColumnElement[int]:
    """How much of the contract is due and open on a day; null: nothing."""
    return (
        select(func.sum(Instalment.amount_minor - Instalment.paid_minor))
        .where(Instalment.contract_id == Contract.id, *_OPEN, Instalment.due_on <= today)
        .correlate(Contract)
        .scalar_subquery()
    )


def _has_paid() -> ColumnElement[bool]:
    return exists().where(Instalment.contract_id == Contract.id, Instalment.paid_minor > 0).correlate(Contract)
