"""The table of saved searches."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class SavedSearch(Base):
    """What somebody looked for, under a name: never whom it found.

    `kind` and `criteria` are of `criteria.Criteria`, `dates` of `criteria.Dates`. One that `is_schedulable` may be used
    by scheduled operations; it is shared with all of the staff, as every one that `is_shared`.
    """

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("owner_id", "name"), Index(None, "kind", "name"))

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(8))
    criteria: Mapped[dict[str, Any]] = mapped_column(Json)
    dates: Mapped[str] = mapped_column(String(8))
    is_shared: Mapped[bool]
    is_schedulable: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
