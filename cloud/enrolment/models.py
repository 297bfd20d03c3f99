"""The table of claim tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class ClaimToken(Base):
    """The right to enrol one gateway at one lane, once. Only the token's hash is kept.

    After use it holds the grant, so that the same device can repeat a request whose answer it lost.
    """

    __tablename__ = "claim_token"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    lane_id: Mapped[str] = mapped_column(ForeignKey("lane.id"), index=True)
    created_by: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_public_key_hash: Mapped[str | None] = mapped_column(String(64))
    gateway_id: Mapped[str | None] = mapped_column(ForeignKey("gateway.id"))
    certificate_pem: Mapped[str | None] = mapped_column(Text)
