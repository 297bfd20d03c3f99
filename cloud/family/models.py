"""Table of family links."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class FamilyLink(Base):
    """What `relative_id` is to `member_id`; the row of the other side says it the other way round.

    Each pair has both rows, or none. `payer_id` is one of the two, or nobody, and the same in both rows.
    """

    __tablename__ = "family_link"

    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    relative_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(12))
    payer_id: Mapped[str | None] = mapped_column(ForeignKey("member.id"), index=True)
    linked_by: Mapped[str] = mapped_column(String(64))
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
