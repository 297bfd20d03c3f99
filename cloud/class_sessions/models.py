"""Table of sessions. (`StaffSession` is a sign-in, a `UnitOfWork` is a database's session: these are classes.)"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class ClassSession(Base):
    """An activity at a time, with seats. Those planned together, one a week, share a `series_id`.

    `zone_id` is what its bookings open at the gates of the site; none: every zone. Cancelled ones stay in the history.
    """

    __tablename__ = "class_session"
    __table_args__ = (
        Index(None, "site_id", "starts_at"),
        Index(None, "trainer_id", "starts_at"),
        Index(None, "room_id", "starts_at"),
        Index(None, "series_id", "starts_at"),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    activity_id: Mapped[str] = mapped_column(ForeignKey("activity.id"), index=True)
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"))
    zone_id: Mapped[str | None] = mapped_column(ForeignKey("zone.id"), index=True)
    trainer_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    seats: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    series_id: Mapped[str | None] = mapped_column(String(24))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
