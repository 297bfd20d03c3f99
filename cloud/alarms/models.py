"""Table of alarms."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class Alarm(Base):
    """A signal of a tap (`access_policy.decision.Signal`), trouble at a lane, or the same card at two gateways at once.

    `is_history` says that it was older than ten minutes when it was heard of. `event_id` is the decision, where one
    gateway alone made it.
    """

    __tablename__ = "alarm"
    __table_args__ = (Index(None, "acknowledged_at", "id"), Index(None, "member_id", "id"))

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"))
    lane_id: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[str | None] = mapped_column(String(64))
    event_id: Mapped[int | None] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), ForeignKey("access_event.id")
    )
    kind: Mapped[str] = mapped_column(String(32))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    heard_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_history: Mapped[bool]
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
