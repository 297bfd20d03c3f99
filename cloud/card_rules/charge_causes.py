"""The cause of a charge: the money for a recurring contract could not be collected."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_

from cloud.billing.models import Charge, Instalment
from cloud.card_rules import policy
from cloud.card_rules.causes import Cause, Found, Scope, subjects
from cloud.card_rules.contract_causes import Place
from cloud.card_rules.models import Card
from cloud.card_rules.policy import EndReason
from cloud.card_rules.rules import RuleSettings
from cloud.contracts.models import Contract
from cloud.database import UnitOfWork
from cloud.members.models import Member


def find_failed(session: UnitOfWork, scope: Scope, settings: RuleSettings, *, after: Place, limit: int) -> Found:
    """Charges that failed a while ago, and for which nothing was collected since."""
    before = scope.now - timedelta(minutes=settings.amount)
    query = (
        select(Charge, Instalment, Contract.plan_name)
        .join(Instalment, Instalment.id == Charge.instalment_id)
        .join(Contract, Contract.id == Instalment.contract_id)
        .join(Member, Member.id == Instalment.member_id)
        .where(Charge.outcome == "failed", Charge.recorded_at > scope.now - policy.CAUGHT_UP)
        .where(Charge.recorded_at <= before, Contract.kind == "recurring", Member.site_id == scope.site_id)
        .where(Instalment.paid_at.is_(None), Instalment.cancelled_at.is_(None))
        .order_by(Charge.recorded_at, Charge.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(Charge.recorded_at, Charge.id) > after)
    rows = session.execute(query).all()
    causes = [
        Cause(
            key=charge.id,
            subject=instalment.id,
            member_id=instalment.member_id,
            words={
                "plan": plan_name,
                "day": instalment.due_on,
                "amount": (instalment.amount_minor - instalment.paid_minor, instalment.currency),
            },
        )
        for charge, instalment, plan_name in rows
    ]
    return Found(causes, (rows[-1][0].recorded_at, rows[-1][0].id) if len(rows) == limit else None)


def judge_failed(session: UnitOfWork, cards: Sequence[Card], zone: ZoneInfo) -> dict[str, EndReason]:
    """Over once it is paid, or asked for no more."""
    known = {one.id: one for one in session.scalars(select(Instalment).where(Instalment.id.in_(subjects(cards))))}
    reasons: dict[str, EndReason] = {}
    for card in cards:
        instalment = known[card.subject]
        if instalment.paid_at is not None:
            reasons[card.id] = "paid"
        elif instalment.cancelled_at is not None:
            reasons[card.id] = "cancelled"
    return reasons
