"""Tables of what was sold at the till, and of the lines of each sale. No card data are ever kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cloud.database import Base, Json, UtcDateTime


class Sale(Base):
    """One receipt of a member, paid at once. `total_minor` is the sum of its lines, in minor units of `currency`.

    Who reports twice under one `idempotency_key` has reported once. A cancelled sale stays in the history, and counts
    for nothing.
    """

    __tablename__ = "sale"
    __table_args__ = (
        UniqueConstraint("sold_by", "idempotency_key"),
        Index(None, "member_id", "sold_at"),
        Index("ix_sale_sold_at", "sold_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    total_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    method: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str] = mapped_column(String(64))
    sold_by: Mapped[str] = mapped_column(String(24))
    sold_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[str | None] = mapped_column(String(24))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str] = mapped_column(String(200))

    lines: Mapped[list["SaleLine"]] = relationship(order_by="SaleLine.position", lazy="selectin")


class SaleLine(Base):
    """Goods, or a service that was rendered, by whom and with which `materials` (`[{"name", "quantity"}]`)."""

    __tablename__ = "sale_line"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    sale_id: Mapped[str] = mapped_column(ForeignKey("sale.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(String(120))
    quantity: Mapped[int]
    unit_price_minor: Mapped[int]
    rendered_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    materials: Mapped[list[dict[str, Any]]] = mapped_column(Json)
