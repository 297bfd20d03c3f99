"""What payments for contracts tell of a member's past: collected, failed, taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from cloud.billing.models import Charge, Instalment
from cloud.database import UnitOfWork
from cloud.past import PastLine, Source, Wanted, newest_moments

_REVERSED: Final = ".reversed"
_MOMENTS: Final = {"": Charge.recorded_at, _REVERSED: Charge.reversed_at}


def _read(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    own = select(Instalment.id).where(Instalment.member_id == wanted.member_id)
    moments = newest_moments(Charge.id, Charge.instalment_id.in_(own), _MOMENTS, wanted)
    query = (
        select(Charge, Instalment.currency, moments.suffix, moments.at)
        .join(Charge, Charge.id == moments.row_id)
        .join(Instalment, Instalment.id == Charge.instalment_id)
        .order_by(*moments.order)
    )
    return [_line(charge, currency, suffix, at) for charge, currency, suffix, at in session.execute(query)]


def _line(charge: Charge, currency: str, suffix: str, at: datetime) -> PastLine:
    """Of who took a charge back the audit log knows; the charge only when."""
    what, who, text = charge.outcome, charge.recorded_by, charge.failure
    if suffix:
        what, who, text = "reversed", "", charge.reversal_reason
    facts: dict[str, Any] = {
        "amount_minor": charge.amount_minor,
        "currency": currency,
        "method": charge.method,
    }
    return PastLine(at, charge.id + suffix, "payment", what, who=who, text=text, facts=facts)


SOURCES: Final = (Source(("payment",), "dues.read", _read),)
