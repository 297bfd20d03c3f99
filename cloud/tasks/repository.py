"""Queries on tasks and their history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select

from cloud.action_types.models import ActionType, Outcome
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.listing import page_by_id
from cloud.members import policy as members_policy
from cloud.members.models import Member
from cloud.tasks.models import Task, TaskEntry
from cloud.tasks.policy import State

ACTING = or_(Task.closed_at.is_(None), Task.keeps_block.is_(True))
_AT_THE_GATE: Final = (
    select(Task, ActionType)
    .join(ActionType, ActionType.id == Task.action_type_id)
    .where(Task.member_id.in_(bindparam("member_ids", expanding=True)), ACTING, ActionType.action_at_access != "none")
    .order_by(Task.id.desc())
)
"""Made once: every list of members and every change about one asks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks a list wants; None: whatever. Times are half-open; `search` looks for the member."""

    id: str | None = None
    member_id: str | None = None
    operator_id: str | None = None
    action_type_id: str | None = None
    outcome_id: str | None = None
    state_class: str | None = None
    enquiry_status_id: str | None = None
    site_id: str | None = None
    state: State | None = None
    due_before: date | None = None
    closed_from: datetime | None = None
    closed_before: datetime | None = None
    search: str = ""


def lock_task(session: UnitOfWork, task_id: str) -> Task | None:
    """The task, kept from everybody else until the transaction ends."""
    query = select(Task).where(Task.id == task_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


S = TypeVar("S", bound=Select[Any])


def find_page(session: UnitOfWork, wanted: TaskFilter, *, after: str | None, limit: int) -> Page[Task]:
    """The tasks that are wanted, the newest first."""
    return page_by_id(session, _narrow(select(Task), wanted), Task.id, after=after, limit=limit)


def list_by_next_step(session: UnitOfWork, wanted: TaskFilter, *, limit: int) -> Sequence[Task]:
    """The tasks that are wanted: those without a next step first, the newest of them, then the earliest step."""
    query = _narrow(select(Task), wanted).order_by(Task.next_step_at.asc().nulls_first(), Task.id.desc())
    return session.scalars(query.limit(limit)).all()


def count(session: UnitOfWork, wanted: TaskFilter) -> int:
    """How many there are."""
    return session.scalar(_narrow(select(func.count()).select_from(Task), wanted)) or 0


def members_of(wanted: TaskFilter) -> Select[tuple[str]]:
    """The ids of the members whom the tasks that are wanted are about, as a query."""
    return _narrow(select(Task.member_id), wanted)


def count_acting(session: UnitOfWork, member_ids: Collection[str]) -> dict[str, int]:
    """Of each member how many tasks are open or act; members without any are left out."""
    query = select(Task.member_id, func.count()).where(Task.member_id.in_(member_ids), ACTING).group_by(Task.member_id)
    return {row[0]: row[1] for row in session.execute(query)}


def list_at_the_gate(session: UnitOfWork, member_ids: Collection[str]) -> list[tuple[Task, ActionType]]:
    """The tasks of these members that do something at the gate, with their types, the newest first."""
    found = session.execute(_AT_THE_GATE, {"member_ids": [*member_ids]})
    return [(task, action_type) for task, action_type in found]


def list_lifted(session: UnitOfWork, member_id: str, *, since: datetime) -> list[tuple[Task, ActionType]]:
    """The tasks of a member that did something at the gate and were closed since then, the newest first."""
    query = (
        select(Task, ActionType)
        .join(ActionType, ActionType.id == Task.action_type_id)
        .where(Task.member_id == member_id, Task.closed_at > since, Task.keeps_block.is_(False))
        .where(ActionType.action_at_access != "none")
        .order_by(Task.id.desc())
    )
    return [(task, action_type) for task, action_type in session.execute(query)]


def list_with_types(session: UnitOfWork, task_ids: Collection[str]) -> list[tuple[Task, ActionType]]:
    """These tasks with their types; unknown ids are left out."""
    query = (
        select(Task, ActionType)
        .join(ActionType, ActionType.id == Task.action_type_id)
        .where(Task.id.in_(task_ids))
        .order_by(Task.id)
    )
    return [(task, action_type) for task, action_type in session.execute(query)]


def list_acting_of_type(session: UnitOfWork, type_id: str) -> Sequence[Task]:
    """The tasks of a type that are open or act."""
    return session.scalars(select(Task).where(Task.action_type_id == type_id, ACTING).order_by(Task.id)).all()


def find_entries(session: UnitOfWork, task_id: str, *, after: str | None, limit: int) -> Page[TaskEntry]:
    """The history of a task, the newest first."""
    query = select(TaskEntry).where(TaskEntry.task_id == task_id)
    return page_by_id(session, query, TaskEntry.id, after=after, limit=limit)


def find_member_entries(session: UnitOfWork, member_id: str, *, after: str | None, limit: int) -> Page[TaskEntry]:
    """What was ever done in tasks about a member, the newest first."""
    query = select(TaskEntry).where(TaskEntry.member_id == member_id)
    return page_by_id(session, query, TaskEntry.id, after=after, limit=limit)


def list_newest_entries(session: UnitOfWork, limit: int) -> dict[str, str]:
    """The ids of the newest lines of all histories, each with its task's id."""
    query = select(TaskEntry.id, TaskEntry.task_id).order_by(TaskEntry.id.desc()).limit(limit)
    return {row[0]: row[1] for row in session.execute(query)}


def _narrow(query: S, wanted: TaskFilter) -> S:
    if wanted.search or wanted.site_id:
        query = query.join(Member, Member.id == Task.member_id)
    if wanted.state_class:
        query = query.outerjoin(Outcome, Outcome.id == Task.outcome_id)
    return query.where(*_conditions(wanted))


def _conditions(wanted: TaskFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (Task.id, wanted.id),
            (Task.member_id, wanted.member_id),
            (Task.operator_id, wanted.operator_id),
            (Task.action_type_id, wanted.action_type_id),
            (Task.outcome_id, wanted.outcome_id),
            (Task.enquiry_status_id, wanted.enquiry_status_id),
            (Member.site_id, wanted.site_id),
        )
        if value is not None
    ]
    match wanted.state:
        case "open":
            found.append(Task.closed_at.is_(None))
        case "closed":
            found.append(Task.closed_at.is_not(None))
        case "acting":
            found.append(ACTING)
        case None:
            pass
    if wanted.state_class:
        is_class = Outcome.state_class == wanted.state_class
        found.append(or_(Task.outcome_id.is_(None), is_class) if wanted.state_class == "to_start" else is_class)
    if wanted.due_before is not None:
        found.append(Task.complete_by < wanted.due_before)
    if wanted.closed_from is not None:
        found.append(Task.closed_at >= wanted.closed_from)
    if wanted.closed_before is not None:
        found.append(Task.closed_at < wanted.closed_before)
    needles = members_policy.search_needles(wanted.search)
    return found + [Member.search_text.contains(needle, autoescape=True) for needle in needles]
