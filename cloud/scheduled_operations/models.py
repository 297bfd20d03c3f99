"""Tables of scheduled operations, of their runs, and of whom each run was about."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud.database import Base, Json, UtcDateTime


class ScheduledOperation(Base):
    """Tasks of a type, begun when the club's clock shows `minute_of_day`, for whom the search finds at this club.

    It runs on `starts_on` if it `is_single`, else on each of `weekdays` (ISO, Monday is 1) until `ends_on`. A time that
    had passed when it was `armed_at` is not made up for. `complete_by` of a task is `days_to_complete` after the run.
    """

    __tablename__ = "scheduled_operation"
    __table_args__ = (Index(None, "site_id", "name"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    name: Mapped[str] = mapped_column(String(80))
    search_id: Mapped[str] = mapped_column(ForeignKey("saved_search.id"), index=True)
    action_type_id: Mapped[str] = mapped_column(ForeignKey("action_type.id"))
    operator_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(Text)
    purpose_id: Mapped[str] = mapped_column(String(24))
    days_to_complete: Mapped[int | None]
    is_single: Mapped[bool]
    minute_of_day: Mapped[int]
    weekdays: Mapped[list[int]] = mapped_column(Json)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    is_active: Mapped[bool] = mapped_column(index=True)
    armed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OperationRun(Base):
    """What an operation did on a day of the club's calendar; `outcome` is of `policy.Outcome`.

    `found` is how many the search found when the run began. A run without `done_at` was interrupted.
    """

    __tablename__ = "operation_run"
    __table_args__ = (UniqueConstraint("operation_id", "day"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    operation_id: Mapped[str] = mapped_column(ForeignKey("scheduled_operation.id"))
    day: Mapped[date]
    outcome: Mapped[str] = mapped_column(String(12))
    found: Mapped[int]
    begun: Mapped[int]
    skipped: Mapped[int]
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OperationTouch(Base):
    """That an operation dealt with a member on a day: once. `fate` is of `policy.Fate`; `task_id` if one was begun."""

    __tablename__ = "operation_touch"

    operation_id: Mapped[str] = mapped_column(ForeignKey("scheduled_operation.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True, index=True)
    fate: Mapped[str] = mapped_column(String(12))
    task_id: Mapped[str | None] = mapped_column(ForeignKey("task.id"), index=True)
