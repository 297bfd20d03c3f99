"""What payments for contracts tell of a member's past: collected, failed, taken back."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select

from cloud.billing.models import Charge, Instalment
from cloud.database import UnitOfWork
from cloud.past import Behind, PastLine, Source, is_behind

_REVERSED: Final = ".reversed"


def _facts(charge: Charge, currency: str) -> dict[str, Any]:
    return {"amount_minor": charge.amount_minor, "currency": currency, "method": charge.method}


def _read_charges(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
    query = (
        select(Charge, Instalment.currency)
        .join(Instalment, Instalment.id == Charge.instalment_id)
        .where(Instalment.member_id == member_id, is_behind(Charge.recorded_at, Charge.id, behind))
        .order_by(Charge.recorded_at.desc(), Charge.id.desc())
        .limit(limit)
    )
    return [
        PastLine(
            charge.recorded_at,
            charge.id,
            "payment",
            charge.outcome,
            who=charge.recorded_by,
            text=charge.failure,
            facts=_facts(charge, currency),
        )
        for charge, currency in session.execute(query)
    ]


def _read_reversals(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
    """The audit log knows who did it; the charge only when."""
    query = (
        select(Charge, Instalment.currency)
        .join(Instalment, Instalment.id == Charge.instalment_id)
        .where(Instalment.member_id == member_id, Charge.reversed_at.is_not(None))
        .where(is_behind(Charge.reversed_at, Charge.id, behind, suffix=_REVERSED))
        .order_by(Charge.reversed_at.desc(), Charge.id.desc())
        .limit(limit)
    )
    return [
        PastLine(
            charge.reversed_at,
            charge.id + _REVERSED,
            "payment",
            "reversed",
            text=charge.reversal_reason,
            facts=_facts(charge, currency),
        )
        for charge, currency in session.execute(query)
        if charge.reversed_at is not None
    ]


SOURCES: Final = (Source("payment", "dues.read", _read_charges), Source("payment", "dues.read", _read_reversals))
