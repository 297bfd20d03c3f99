"""Tables of contracts and their freezes. Days are the site's own calendar days, both ends included."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cloud.database import Base, UtcDateTime


class Contract(Base):
    """A plan that a member has bought.

    After `ends_on` come `grace_days`, then `extra_expiry_days`: both let the member in, only grace days count as an
    active fee: `fee_until` and `use_until` are the last days of both. `visits_total` None means as many as one likes,
    no `level_id` everywhere and always. `price_minor`, in minor units of `currency`, was agreed for the term; what is
    paid of it is in `billing`.

    The terms of `plan_id` were copied at the sale. While a recurring contract `is_renewing`, the worker prolongs it by
    `length` and asks `price_minor` for each period, on the `anchor_day` of the month. `renews_id` is the contract
    that this one follows.
    """

    __tablename__ = "contract"
    __table_args__ = (Index(None, "is_renewing", "ends_on"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), index=True)
    plan_id: Mapped[str | None] = mapped_column(ForeignKey("plan.id"), index=True)
    plan_name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)
    fee_until: Mapped[date] = mapped_column(index=True)
    use_until: Mapped[date] = mapped_column(index=True)
    grace_days: Mapped[int]
    extra_expiry_days: Mapped[int]
    visits_total: Mapped[int | None]
    visits_used: Mapped[int]
    first_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    level_id: Mapped[str | None] = mapped_column(ForeignKey("access_level.id"), index=True)
    needs_booking: Mapped[bool] = mapped_column(default=False)
    guests_per_day: Mapped[int] = mapped_column(default=0)
    price_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    block_after_days: Mapped[int]
    is_renewing: Mapped[bool]
    length: Mapped[int | None]
    length_unit: Mapped[str | None] = mapped_column(String(8))
    anchor_day: Mapped[int | None]
    renews_id: Mapped[str | None] = mapped_column(ForeignKey("contract.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    freezes: Mapped[list["Freeze"]] = relationship(order_by="Freeze.starts_on", lazy="selectin")


class Freeze(Base):
    """A pause of a contract, first and last day included; with `is_prolonging` its days were added to the end."""

    __tablename__ = "freeze"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(ForeignKey("contract.id"), index=True)
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))
    is_prolonging: Mapped[bool] = mapped_column(default=False)
