"""What tasks tell of a member's past: the lines of their histories."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from cloud.action_types.models import ActionType
from cloud.database import UnitOfWork
from cloud.past import PastLine, Source, Wanted, is_behind
from cloud.tasks.models import Task, TaskEntry

_COMMENTED: Final = "commented"


def _read(session: UnitOfWork, wanted: Wanted) -> Sequence[PastLine]:
    query = (
        select(TaskEntry, ActionType.name)
        .join(Task, Task.id == TaskEntry.task_id)
        .join(ActionType, ActionType.id == Task.action_type_id)
        .where(TaskEntry.member_id == wanted.member_id)
        .where(is_behind(TaskEntry.written_at, TaskEntry.id, wanted.behind))
        .order_by(TaskEntry.written_at.desc(), TaskEntry.id.desc())
        .limit(wanted.limit)
    )
    if "comment" not in wanted.kinds:
        query = query.where(TaskEntry.kind != _COMMENTED)
    if "task" not in wanted.kinds:
        query = query.where(TaskEntry.kind == _COMMENTED)
    return [
        PastLine(
            entry.written_at,
            entry.id,
            "comment" if entry.kind == _COMMENTED else "task",
            entry.kind,
            who=entry.written_by or "",
            text=entry.text,
            subject=entry.task_id,
            facts={"type": type_name, "changes": entry.changes},
        )
        for entry, type_name in session.execute(query)
    ]


SOURCES: Final = (Source(("task", "comment"), "tasks.read", _read),)
