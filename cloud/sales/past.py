"""What the till tells of a member's past: goods, services with their materials, receipts paid and taken back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import lazyload

from cloud.database import UnitOfWork
from cloud.past import PastLine, Source, Wanted, is_behind, newest_moments
from cloud.sales.models import Sale, SaleLine

_CANCELLED: Final = ".cancelled"
_MOMENTS: Final = {"": Sale.sold_at, _CANCELLED: Sale.cancelled_at}


def _read_lines(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    query = (
        select(SaleLine, Sale.sold_at, Sale.sold_by, Sale.currency, Sale.cancelled_at)
        .join(Sale, Sale.id == SaleLine.sale_id)
        .where(Sale.member_id == wanted.member_id, SaleLine.kind.in_(wanted.kinds & {"goods", "service"}))
        .where(is_behind(Sale.sold_at, SaleLine.id, wanted.behind))
        .order_by(Sale.sold_at.desc(), SaleLine.id.desc())
        .limit(wanted.limit)
    )
    return [_sold(row) for row in session.execute(query)]


def _sold(row: Row[SaleLine, datetime, str, str, datetime | None]) -> PastLine:
    line, sold_at, sold_by, currency, cancelled_at = row
    return PastLine(
        sold_at,
        line.id,
        "goods" if line.kind == "goods" else "service",
        "sold",
        who=sold_by,
        text=line.title,
        facts={
            "quantity": line.quantity,
            "amount_minor": line.quantity * line.unit_price_minor,
            "currency": currency,
            "rendered_by": line.rendered_by or "",
            "materials": line.materials,
            "is_cancelled": cancelled_at is not None,
        },
    )


def _read_receipts(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    moments = newest_moments(Sale.id, Sale.member_id == wanted.member_id, _MOMENTS, wanted)
    query = (
        select(Sale, moments.suffix, moments.at)
        .join(Sale, Sale.id == moments.row_id)
        .options(lazyload(Sale.lines))
        .order_by(*moments.order)
    )
    return [_receipt(sale, suffix, at) for sale, suffix, at in session.execute(query)]


def _receipt(sale: Sale, suffix: str, at: datetime) -> PastLine:
    facts: dict[str, Any] = {
        "amount_minor": sale.total_minor,
        "currency": sale.currency,
        "method": sale.method,
        "is_cancelled": sale.cancelled_at is not None,
    }
    if suffix:
        who, text = sale.cancelled_by or "", sale.cancel_reason
        return PastLine(at, sale.id + suffix, "payment", "till_cancelled", who=who, text=text, facts=facts)
    return PastLine(at, sale.id, "payment", "till", who=sale.sold_by, subject=sale.id, facts=facts)


SOURCES: Final = (
    Source(("goods", "service"), "members.read", _read_lines),
    Source(("payment",), "dues.read", _read_receipts),
)
