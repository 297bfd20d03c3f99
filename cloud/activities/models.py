"""Table of activities."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class Activity(Base):
    """What a session is of, e.g. "Pilates". An obsolete one is kept for the history and offered no more."""

    __tablename__ = "activity"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    colour: Mapped[str] = mapped_column(String(8))
    is_obsolete: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
