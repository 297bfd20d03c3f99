"""Tables of the audit log: its entries, and the head of their hash chain."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class AuditEntry(Base):
    """One act. `chain` is SHA-256 over the previous entry's chain and this entry's content (`chain`).

    `details` is the salted digest of `before` and `after`; where a person was erased (`is_erased`) these and the salt
    are gone, and it alone is left.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "entity_kind", "entity_id", "seq"), Index(None, "actor_id", "seq"))

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    entity_kind: Mapped[str] = mapped_column(String(32))
    entity_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    request_id: Mapped[str] = mapped_column(String(64))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    details: Mapped[bytes] = mapped_column(LargeBinary(32))
    is_erased: Mapped[bool] = mapped_column(default=False)
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Base):
    """The newest entry's number and chain, in one row that writers lock one after the other."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))
