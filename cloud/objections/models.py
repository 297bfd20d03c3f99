"""Tables of objections, and of those that were met in a task."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, UtcDateTime


class Objection(Base):
    """Something that people say against buying or coming, with a hint what to answer; never deleted."""

    __tablename__ = "objection"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    answer: Mapped[str] = mapped_column(Text)
    is_obsolete: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TaskObjection(Base):
    """An objection that stands in the way of a task's person."""

    __tablename__ = "task_objection"

    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), primary_key=True)
    objection_id: Mapped[str] = mapped_column(ForeignKey("objection.id"), primary_key=True, index=True)
