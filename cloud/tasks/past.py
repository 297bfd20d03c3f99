"""What tasks tell of a member's past: the lines of their histories, comments apart."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, select

from cloud.action_types.models import ActionType
from cloud.database import UnitOfWork
from cloud.past import Behind, Kind, PastLine, Read, Source, is_behind
from cloud.tasks.models import Task, TaskEntry


def _reading(kind: Kind, wanted: ColumnElement[bool]) -> Read:
    def read(session: UnitOfWork, member_id: str, behind: Behind | None, limit: int) -> Sequence[PastLine]:
        query = (
            select(TaskEntry, ActionType.name)
            .join(Task, Task.id == TaskEntry.task_id)
            .join(ActionType, ActionType.id == Task.action_type_id)
            .where(TaskEntry.member_id == member_id, wanted)
            .where(is_behind(TaskEntry.written_at, TaskEntry.id, behind))
            .order_by(TaskEntry.written_at.desc(), TaskEntry.id.desc())
            .limit(limit)
        )
        return [
            PastLine(
                entry.written_at,
                entry.id,
                kind,
                entry.kind,
                who=entry.written_by or "",
                text=entry.text,
                subject=entry.task_id,
                facts={"type": type_name, "changes": entry.changes},
            )
            for entry, type_name in session.execute(query)
        ]

    return read


SOURCES: Final = (
    Source("task", "tasks.read", _reading("task", TaskEntry.kind != "commented")),
    Source("comment", "tasks.read", _reading("comment", TaskEntry.kind == "commented")),
)
