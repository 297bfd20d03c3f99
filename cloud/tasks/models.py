"""Tables of tasks, of their history, of templates for them, and of the enquiry statuses that a club has."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class EnquiryStatus(Base):
    """How far the talk with somebody is, in the club's own words; obsolete ones are kept for the history."""

    __tablename__ = "enquiry_status"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    position: Mapped[int]
    is_obsolete: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Task(Base):
    """Something to do about a member. While it is open it acts at the gate as its type says.

    `closed_at` is set by a closing outcome; `keeps_block` says that it acts on after that, until it is lifted.
    `complete_by` is a day of the member's home site. `created_by` null: the service itself. `purpose_id` names a
    privacy purpose; these are never deleted.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index(None, "member_id", "closed_at"),
        Index(None, "action_type_id", "closed_at"),
        Index(None, "operator_id", "closed_at"),
        Index(None, "closed_at", "complete_by"),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    action_type_id: Mapped[str] = mapped_column(ForeignKey("action_type.id"))
    operator_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(Text)
    complete_by: Mapped[date | None]
    next_step: Mapped[str | None] = mapped_column(String(8))
    next_step_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    enquiry_status_id: Mapped[str | None] = mapped_column(ForeignKey("enquiry_status.id"), index=True)
    outcome_id: Mapped[str | None] = mapped_column(ForeignKey("outcome.id"), index=True)
    purpose_id: Mapped[str | None] = mapped_column(String(24))
    result: Mapped[str] = mapped_column(Text)
    keeps_block: Mapped[bool]
    created_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TaskEntry(Base):
    """One line of a task's history: what was done (`kind`), what was said (`text`), what it was before (`changes`)."""

    __tablename__ = "task_entry"
    __table_args__ = (Index(None, "task_id", "id"), Index(None, "member_id", "id"))

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"))
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
    written_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TaskTemplate(Base):
    """A task to begin again and again, e.g. for a bulk. It is to be completed so many days after it begins."""

    __tablename__ = "task_template"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    action_type_id: Mapped[str] = mapped_column(ForeignKey("action_type.id"))
    operator_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(Text)
    days_to_complete: Mapped[int | None]
    purpose_id: Mapped[str | None] = mapped_column(String(24))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
