"""Tables of the access events, of how far each journal is taken over, and of what could not be."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime

EventId = BigInteger().with_variant(Integer(), "sqlite")


class AccessEvent(Base):
    """One event of a gateway's journal. `body` is the whole of it; the columns are what lists and filters need.

    `is_history` says that the event was older than 30 s when it arrived (a backlog, not news). `occurred_at` is
    corrected once the offset of an untrusted clock becomes known. `is_chain_intact` is false where the journal's hash
    chain does not hold: an event before it was lost or altered.
    """

    __tablename__ = "access_event"
    __table_args__ = (
        UniqueConstraint("gateway_id", "journal_epoch", "seq"),
        Index(None, "member_id", "id"),
        Index(None, "gateway_id", "id"),
        Index(None, "gateway_id", "boot_id", "clock"),
    )

    id: Mapped[int] = mapped_column(EventId, primary_key=True, autoincrement=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"))
    lane_id: Mapped[str | None] = mapped_column(String(64))
    journal_epoch: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_history: Mapped[bool]
    boot_id: Mapped[str] = mapped_column(String(64))
    monotonic_ms: Mapped[int] = mapped_column(BigInteger)
    clock: Mapped[str] = mapped_column(String(16))
    tap_id: Mapped[str | None] = mapped_column(String(64))
    direction: Mapped[str | None] = mapped_column(String(8))
    member_id: Mapped[str | None] = mapped_column(String(64))
    outcome: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(64))
    rule: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    revision: Mapped[int | None] = mapped_column(BigInteger)
    is_chain_intact: Mapped[bool]
    body: Mapped[dict[str, Any]] = mapped_column(Json)


class JournalCursor(Base):
    """Everything of this journal up to `acked_seq` is taken over (-1: nothing); `chain` is that event's, if known.

    `hello_nonce` is that of the gateway's newest Hello with this journal.
    """

    __tablename__ = "journal_cursor"

    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    acked_seq: Mapped[int] = mapped_column(BigInteger)
    chain: Mapped[bytes | None] = mapped_column(LargeBinary)
    hello_nonce: Mapped[bytes] = mapped_column(LargeBinary, default=b"")


class BootClock(Base):
    """What to add to a boot's monotonic milliseconds to get UTC: learnt from its first event with a synced clock."""

    __tablename__ = "boot_clock"

    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"), primary_key=True)
    boot_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    offset_ms: Mapped[int] = mapped_column(BigInteger)


class JournalFault(Base):
    """Events of a journal, from `first_seq` to `last_seq`, that did not arrive as they were written (`journal_faults`).

    `reason` is given for those that were put aside.
    """

    __tablename__ = "journal_fault"
    __table_args__ = (Index(None, "gateway_id", "id"),)

    id: Mapped[int] = mapped_column(EventId, primary_key=True, autoincrement=True)
    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"))
    journal_epoch: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    first_seq: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RefusedEvent(Base):
    """An event that could not be taken over, kept whole with the reason."""

    __tablename__ = "refused_event"
    __table_args__ = (UniqueConstraint("gateway_id", "journal_epoch", "seq"),)

    id: Mapped[int] = mapped_column(EventId, primary_key=True, autoincrement=True)
    gateway_id: Mapped[str] = mapped_column(ForeignKey("gateway.id"))
    journal_epoch: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
