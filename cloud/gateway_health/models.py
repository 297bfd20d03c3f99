"""Table of what each gateway last found about itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class GatewayHealth(Base):
    """The newest findings of one gateway: only the latest self-test is kept.

    `lanes` are those that are not as ever: the fields of `sync_protocol.messages.LaneHealth` and `heard_at`, the UTC
    seconds at which that was first heard of. `tested_at` is by the gateway's own clock, `received_at` by ours.
    """

    __tablename__ = "gateway_health"

    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"), primary_key=True)
    disk_fault: Mapped[str | None] = mapped_column(String(64))
    policy_fault: Mapped[str | None] = mapped_column(String(64))
    lanes: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    checks: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    tested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
