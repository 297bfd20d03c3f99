"""Tables of instalments and of the charges that were tried on them. No card data are ever kept."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class Instalment(Base):
    """A part of a contract's price that is due on a day of the site's calendar.

    It is open until `paid_minor` has reached `amount_minor` (`paid_at`), or it is cancelled (`cancelled_at`). Open
    ones remind at the gate from `due_on` and block `block_after_days` later.
    """

    __tablename__ = "instalment"
    __table_args__ = (Index(None, "member_id", "due_on"), Index(None, "paid_at", "cancelled_at", "due_on", "id"))

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    contract_id: Mapped[str] = mapped_column(ForeignKey("contract.id"), index=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    amount_minor: Mapped[int]
    paid_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    due_on: Mapped[date]
    block_after_days: Mapped[int]
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Charge(Base):
    """One try to collect money for an instalment, as the till or the payment provider reported it.

    `outcome` is `succeeded` or `failed`; a success that was taken back has `reversed_at`. `reference` is the other
    system's own name for it. Who reports twice under one `idempotency_key` has reported once.
    """

    __tablename__ = "charge"
    __table_args__ = (UniqueConstraint("recorded_by", "idempotency_key"), Index(None, "outcome", "recorded_at"))

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    instalment_id: Mapped[str] = mapped_column(ForeignKey("instalment.id"), index=True)
    amount_minor: Mapped[int]
    method: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(16))
    failure: Mapped[str] = mapped_column(String(120))
    reference: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str] = mapped_column(String(64))
    recorded_by: Mapped[str] = mapped_column(String(24))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reversed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reversal_reason: Mapped[str] = mapped_column(String(200))
