"""Tables of bookings and of the waiting lists of sessions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime

_STANDS = text("cancelled_at IS NULL")
_WAITS = text("left_at IS NULL")
_BY_A_LINK = text("source_id IS NOT NULL")


class Booking(Base):
    """A member's seat in a session.

    `site_id`, `zone_id`, `title` and times are the session's, copied for the gates and the history; they follow when it
    is moved. `contract_id` is the contract that it is booked with and `balance_kind` that contract's kind; none: the
    member had nothing to use that day. `channel` is where it was made; `booked_by` null: not by staff.
    `source_id` is the advertising source whose link led to a booking made online.

    `cancelled_for` tells who called it off. Booked again before `rebook_until`, it counts as reassigned.
    `attended_via` is the gate or staff.
    """

    __tablename__ = "booking"
    __table_args__ = (
        Index(None, "member_id", "ends_at"),
        Index(None, "site_id", "starts_at"),
        Index("ix_booking_source_id", "source_id", sqlite_where=_BY_A_LINK, postgresql_where=_BY_A_LINK),
        Index(
            "uq_booking_standing",
            "session_id",
            "member_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    session_id: Mapped[str] = mapped_column(ForeignKey("class_session.id"), index=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    zone_id: Mapped[str | None] = mapped_column(ForeignKey("zone.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    contract_id: Mapped[str | None] = mapped_column(ForeignKey("contract.id"), index=True)
    balance_kind: Mapped[str | None] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(8))
    booked_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_for: Mapped[str | None] = mapped_column(String(8))
    cancelled_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rebook_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attended_via: Mapped[str | None] = mapped_column(String(8))
    attended_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    attended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source_id: Mapped[str | None] = mapped_column(String(24))


class WaitingEntry(Base):
    """A member who waits for a seat in a full session; who came first is served first.

    `left_at` ends the waiting: with a `booking_id` when a seat became free, without one when they gave up.
    `source_id` goes on to that booking.
    """

    __tablename__ = "waiting_entry"
    __table_args__ = (
        Index(None, "session_id", "id"),
        Index(None, "member_id", "id"),
        Index(
            "uq_waiting_entry_waiting",
            "session_id",
            "member_id",
            unique=True,
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("class_session.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    channel: Mapped[str] = mapped_column(String(8))
    joined_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    left_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    booking_id: Mapped[str | None] = mapped_column(ForeignKey("booking.id"), index=True)
    source_id: Mapped[str | None] = mapped_column(String(24))
