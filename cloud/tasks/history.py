"""The history of a task: every line with who and when; all of them together are the member's communication history."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.tasks import repository
from cloud.tasks.models import Task, TaskEntry
from cloud.tasks.policy import EntryKind


def write(
    session: UnitOfWork,
    actor: Actor,
    task: Task,
    kind: EntryKind,
    *,
    text: str = "",
    changes: Mapping[str, Any] | None = None,
) -> TaskEntry:
    """Add a line, and wake who watches tasks after the commit; the caller flushes."""
    entry = TaskEntry(
        id=new_id("ten"),
        task_id=task.id,
        member_id=task.member_id,
        kind=kind,
        text=text,
        changes=dict(changes or {}),
        written_by=author(actor),
        written_at=session.now,
    )
    session.add(entry)
    session.wake_after_commit("tasks")
    return entry


def of_task(session: UnitOfWork, task_id: str, *, after: str | None, limit: int) -> Page[TaskEntry]:
    """The history of a task, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return repository.find_entries(session, task_id, after=after, limit=limit)


def of_member(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[TaskEntry]:
    """What was ever done in tasks about a member, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return repository.find_member_entries(session, member_id, after=after, limit=limit)


def newest(session: UnitOfWork, limit: int) -> dict[str, str]:
    """The ids of the newest lines of all tasks, each with its task's id."""
    return repository.list_newest_entries(session, limit)


def pairs(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What was and what is, by attribute, as JSON."""
    return {name: [_plain(before[name]), _plain(value)] for name, value in after.items()}


def author(actor: Actor) -> str | None:
    """Who of the staff acts; None: the service itself."""
    return actor.id if actor.kind == "staff" else None


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
