"""Tables of contracts and their freezes. Days are the site's own calendar days, both ends included."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cloud.database import Base, UtcDateTime


class Contract(Base):
    """A plan that a member has bought.

    After `ends_on` come `grace_days`, then `extra_expiry_days`: both let the member in, only grace days count as an
    active fee. `visits_total` None means as many as one likes, no `level_id` everywhere and always. Dues are minor
    units of `currency`; 0: nothing due.
    """

    __tablename__ = "contract"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), index=True)
    plan_name: Mapped[str] = mapped_column(String(120))
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)
    grace_days: Mapped[int]
    extra_expiry_days: Mapped[int]
    visits_total: Mapped[int | None]
    visits_used: Mapped[int]
    level_id: Mapped[str | None] = mapped_column(ForeignKey("access_level.id"), index=True)
    needs_booking: Mapped[bool] = mapped_column(default=False)
    guests_per_day: Mapped[int] = mapped_column(default=0)
    dues_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    dues_due_on: Mapped[date | None]
    dues_paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    freezes: Mapped[list["Freeze"]] = relationship(order_by="Freeze.starts_on", lazy="selectin")


class Freeze(Base):
    """A pause of a contract, first and last day included; the contract's end does not move by itself."""

    __tablename__ = "freeze"

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(ForeignKey("contract.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))
