"""Table of the files whose import has begun and not ended."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class BegunImport(Base):
    """How many rows of a file are brought in; `id` is a hash of the file, its mapping and its site."""

    __tablename__ = "begun_import"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    rows_done: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
