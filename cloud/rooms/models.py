"""Table of rooms."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class Room(Base):
    """Where sessions are held. `zone_id` is what a booking opens at the gates; none: every zone.

    `seats` is what a new session begins with. An obsolete room is kept for the history and offered no more.
    """

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("site_id", "name"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    zone_id: Mapped[str | None] = mapped_column(ForeignKey("zone.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    seats: Mapped[int]
    is_obsolete: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
