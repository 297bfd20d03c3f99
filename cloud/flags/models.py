"""Table of flags that staff raised. Flags of unpaid dues are no rows: they follow from the contract."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class Flag(Base):
    """Something to say to a member at the gate (`message`), or a refusal (`block`), until it is cleared.

    `texts` maps a language to what the display shows; no `device_kinds` means all; `ends_at` is exclusive.
    """

    __tablename__ = "flag"
    __table_args__ = (Index(None, "member_id", "cleared_at"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    source: Mapped[str] = mapped_column(String(16))
    effect: Mapped[str] = mapped_column(String(8))
    priority: Mapped[int]
    device_kinds: Mapped[list[str]] = mapped_column(Json)
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    raised_by: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
