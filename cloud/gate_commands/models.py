"""Tables of commands to lanes and of the diagnostics that some of them brought."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class GateCommand(Base):
    """One command to one lane, and what became of it.

    `state`: asked, sent, done, refused, missed, failed; `detail` is a stable word that says why. `ended_at` is when it
    ended by the gateway's clock, where that can be believed, else by ours. `run_id` is the run of the gateway that it
    was for, `request_id` makes asking twice the same as asking once.
    """

    __tablename__ = "gate_command"
    __table_args__ = (UniqueConstraint("asked_by", "request_id"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"), index=True)
    lane_id: Mapped[str] = mapped_column(ForeignKey("lane.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24))
    arguments: Mapped[dict[str, Any]] = mapped_column(Json)
    request_id: Mapped[str] = mapped_column(String(64))
    asked_by: Mapped[str] = mapped_column(String(24))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    nonce: Mapped[bytes] = mapped_column(LargeBinary(16))
    run_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8), index=True)
    detail: Mapped[str] = mapped_column(String(64), default="")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DiagnosticsChunk(Base):
    """One part of the support bundle that a command brought; a newer bundle of the gateway takes its place."""

    __tablename__ = "gate_command_diagnostics"

    command_id: Mapped[str] = mapped_column(ForeignKey("gate_command.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)
