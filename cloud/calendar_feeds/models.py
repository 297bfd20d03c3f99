"""Table of calendar addresses."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class CalendarFeed(Base):
    """A trainer's calendar is fetched at an address of this id and a signature. Revoked, it is deleted."""

    __tablename__ = "calendar_feed"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
