"""Table of plans."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class Plan(Base):
    """What members of a site can buy; a contract copies what was agreed, so that a changed plan changes no contract.

    `kind` is a `policy.PlanKind`. `price_minor` is for the whole term, of a recurring plan for one period; of it
    `prepayment_minor` is due when it is sold, the rest in `instalments_count` parts a month apart. Unpaid instalments
    remind from their due date and block `block_after_days` later. Only plans that are offered can be sold.
    """

    __tablename__ = "plan"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    price_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    length: Mapped[int]
    length_unit: Mapped[str] = mapped_column(String(8))
    visits_total: Mapped[int | None]
    grace_days: Mapped[int]
    extra_expiry_days: Mapped[int]
    level_id: Mapped[str | None] = mapped_column(ForeignKey("access_level.id"), index=True)
    needs_booking: Mapped[bool]
    guests_per_day: Mapped[int]
    instalments_count: Mapped[int]
    prepayment_minor: Mapped[int]
    block_after_days: Mapped[int]
    is_offered: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
