"""What the till tells of a member's past: goods, services with their materials, receipts paid and taken back."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from cloud.database import UnitOfWork
from cloud.past import Behind, Kind, PastLine, Read, Source, is_behind
from cloud.sales.models import Sale, SaleLine

_CANCELLED: Final = ".cancelled"


def _reading_lines(kind: Kind) -> Read:
    def read(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
        query = (
            select(SaleLine, Sale.sold_at, Sale.sold_by, Sale.currency, Sale.cancelled_at)
            .join(Sale, Sale.id == SaleLine.sale_id)
            .where(Sale.member_id == member_id, SaleLine.kind == kind)
            .where(is_behind(Sale.sold_at, SaleLine.id, behind))
            .order_by(Sale.sold_at.desc(), SaleLine.id.desc())
            .limit(limit)
        )
        return [
            PastLine(
                sold_at,
                line.id,
                kind,
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
            for line, sold_at, sold_by, currency, cancelled_at in session.execute(query)
        ]

    return read


def _facts(sale: Sale) -> dict[str, Any]:
    return {
        "amount_minor": sale.total_minor,
        "currency": sale.currency,
        "method": sale.method,
        "is_cancelled": sale.cancelled_at is not None,
    }


def _read_receipts(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
    query = (
        select(Sale)
        .options(lazyload(Sale.lines))
        .where(Sale.member_id == member_id, is_behind(Sale.sold_at, Sale.id, behind))
        .order_by(Sale.sold_at.desc(), Sale.id.desc())
        .limit(limit)
    )
    return [
        PastLine(sale.sold_at, sale.id, "payment", "till", who=sale.sold_by, subject=sale.id, facts=_facts(sale))
        for sale in session.scalars(query)
    ]


def _read_cancellations(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
    query = (
        select(Sale)
        .options(lazyload(Sale.lines))
        .where(Sale.member_id == member_id, Sale.cancelled_at.is_not(None))
        .where(is_behind(Sale.cancelled_at, Sale.id, behind, suffix=_CANCELLED))
        .order_by(Sale.cancelled_at.desc(), Sale.id.desc())
        .limit(limit)
    )
    return [
        PastLine(
            sale.cancelled_at,
            sale.id + _CANCELLED,
            "payment",
            "till_cancelled",
            who=sale.cancelled_by or "",
            text=sale.cancel_reason,
            facts=_facts(sale),
        )
        for sale in session.scalars(query)
        if sale.cancelled_at is not None
    ]


SOURCES: Final = (
    Source("goods", "members.read", _reading_lines("goods")),
    Source("service", "members.read", _reading_lines("service")),
    Source("payment", "dues.read", _read_receipts),
    Source("payment", "dues.read", _read_cancellations),
)
