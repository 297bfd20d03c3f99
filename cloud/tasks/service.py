"""Begin tasks, change them, and say what was done. What a task does at the gate follows in the same transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from cloud.action_types import service as action_types
from cloud.action_types.models import ActionType
from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.domain_events import TaskChanged
from cloud.errors import ConflictError, InvalidError, invalid_field, not_found
from cloud.kit.ids import new_id
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.members.erasures import erased_among, keep_from_erasure
from cloud.privacy_purposes import approach
from cloud.privacy_purposes import service as purposes
from cloud.staff.models import Staff
from cloud.tasks import history, repository
from cloud.tasks.models import EnquiryStatus, Task, TaskEntry
from cloud.tasks.policy import BULK_MAX, OPEN_MAX, NextStep
from cloud.tasks.repository import TaskFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetails:
    """What is to be done, and for what purpose they are approached. `complete_by` is a day of the member's club."""

    action_type_id: str
    text: str = ""
    operator_id: str | None = None
    complete_by: date | None = None
    next_step: NextStep | None = None
    next_step_at: datetime | None = None
    enquiry_status_id: str | None = None
    purpose_id: str | None = None


@dataclass(frozen=True, slots=True)
class Bulk:
    """What became of a bulk: the tasks, and who was left out.

    Attributes:
        full_member_ids: they have as many tasks already as they may.
        unwilling_member_ids: they may not be approached for the purpose.
    """

    tasks: Sequence[Task]
    full_member_ids: Sequence[str] = ()
    unwilling_member_ids: Sequence[str] = ()


def create(session: UnitOfWork, actor: Actor, member_id: str, details: TaskDetails) -> Task:
    """Begin a task about a member; what its type does at the gate holds from the commit on.

    Raises:
        NotFoundError: there is no such member.
        InvalidError: type, operator, enquiry status or purpose cannot be used; the member may not be approached for it.
        ConflictError: the member has 50 open tasks, or was erased.
    """
    members.take(session, member_id)
    bulk = create_many(session, actor, [member_id], details)
    if bulk.unwilling_member_ids:
        raise _unwilling()
    if not bulk.tasks:
        raise ConflictError("too_many_tasks", f"The member has {OPEN_MAX} open tasks; close some first.")
    return bulk.tasks[0]


def create_many(session: UnitOfWork, actor: Actor, member_ids: Collection[str], details: TaskDetails) -> Bulk:
    """Begin the same task about each of these members.

    Who may not be approached for its purpose, or was erased, is left out, and who has 50 open ones.

    Raises:
        InvalidError: nobody, somebody unknown, or more than 500; or something that `details` name cannot be used.
    """
    wanted = sorted(set(member_ids))
    if not 1 <= len(wanted) <= BULK_MAX:
        raise invalid_field("member_ids", "bulk_size", f"Between one member and {BULK_MAX}.")
    if len(members.list_by_ids(session, wanted)) != len(wanted):
        raise invalid_field("member_ids", "unknown_member", "Somebody of these is no member.")
    keep_from_erasure(session, wanted)
    check_details(session, asdict(details))
    left_out = find_left_out(session, wanted, details.purpose_id)
    unfit = {*left_out.full_member_ids, *left_out.unwilling_member_ids}
    tasks = [_begin(session, actor, member_id, details) for member_id in wanted if member_id not in unfit]
    session.flush()
    for task in tasks:
        history.write(session, actor, task, "created", text=task.text)
        audit.record(session, actor, "task.create", entity=("task", task.id), after=_audited(task))
        session.publish(TaskChanged(task.id, task.member_id))
    session.flush()
    return replace(left_out, tasks=tasks)


def find_left_out(session: UnitOfWork, member_ids: Collection[str], purpose_id: str | None) -> Bulk:
    """A bulk without its tasks: who of these members would be left out, each for one reason."""
    erased = erased_among(session, member_ids)
    unwilling = sorted({*approach.list_unapproachable(session, member_ids, purpose_id), *erased})
    willing = [member_id for member_id in member_ids if member_id not in set(unwilling)]
    return Bulk((), full_member_ids=list_full(session, willing), unwilling_member_ids=unwilling)


def list_full(session: UnitOfWork, member_ids: Collection[str]) -> list[str]:
    """Who of these members has as many tasks that are open or act as there may be."""
    counts = repository.count_acting(session, member_ids)
    return [member_id for member_id in member_ids if counts.get(member_id, 0) >= OPEN_MAX]


def change(session: UnitOfWork, actor: Actor, task_id: str, changes: Mapping[str, Any]) -> Task:
    """Change some of `TaskDetails`' attributes of an open task (not its type).

    Raises:
        NotFoundError: there is no such task.
        InvalidError: operator, enquiry status or purpose cannot be used; the member may not be approached for it.
        ConflictError: it is closed.
    """
    assert "action_type_id" not in changes, "a task keeps its type"
    task = take_open(session, task_id)
    told = {name: value for name, value in changes.items() if getattr(task, name) != value}
    if not told:
        return task
    together = {"purpose_id": task.purpose_id, "next_step": task.next_step}
    check_details(session, (together if told.keys() & together else {}) | told)
    if approach.list_unapproachable(session, [task.member_id], told.get("purpose_id")):
        raise _unwilling()
    before = {name: getattr(task, name) for name in told}
    for name, value in told.items():
        setattr(task, name, value)
    session.flush()
    history.write(session, actor, task, "changed", changes=history.pairs(before, told))
    tell(session, actor, "task.change", task, before=before, after=told)
    return task


def comment(session: UnitOfWork, actor: Actor, task_id: str, text: str) -> TaskEntry:
    """Say something about a task, open or closed; it stays in the member's history.

    Raises:
        NotFoundError: there is no such task.
    """
    task = get(session, task_id)
    entry = history.write(session, actor, task, "commented", text=text)
    session.flush()
    audit.record(session, actor, "task.comment", entity=("task", task.id), after={"text": text})
    return entry


def get(session: UnitOfWork, task_id: str) -> Task:
    """One task.

    Raises:
        NotFoundError: there is none with this id.
    """
    task = session.get(Task, task_id)
    if task is None:
        raise not_found("task", task_id)
    return task


def take_open(session: UnitOfWork, task_id: str) -> Task:
    """The task for this transaction alone.

    Raises:
        NotFoundError: there is none with this id.
        ConflictError: it is closed.
    """
    task = repository.lock_task(session, task_id)
    if task is None:
        raise not_found("task", task_id)
    if task.closed_at is not None:
        raise ConflictError("task_closed", "The task is closed.")
    return task


def tell(
    session: UnitOfWork, actor: Actor, action: str, task: Task, *, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Write a change of a task to the audit log, and let the gates hear of it."""
    audit.record(session, actor, action, entity=("task", task.id), before=audit.plain(before), after=audit.plain(after))
    session.publish(TaskChanged(task.id, task.member_id))


def find_page(session: UnitOfWork, wanted: TaskFilter, *, after: str | None, limit: int) -> Page[Task]:
    """The tasks that are wanted, the newest first.

    Raises:
        InvalidError: `after` is no cursor of this list.
    """
    return repository.find_page(session, wanted, after=after, limit=limit)


def list_by_next_step(session: UnitOfWork, wanted: TaskFilter, *, limit: int) -> Sequence[Task]:
    """The tasks that are wanted: those without a next step first, the newest of them, then the earliest step."""
    return repository.list_by_next_step(session, wanted, limit=limit)


def count(session: UnitOfWork, wanted: TaskFilter) -> int:
    """How many tasks there are of these."""
    return repository.count(session, wanted)


def list_at_the_gate(session: UnitOfWork, member_ids: Collection[str]) -> list[tuple[Task, ActionType]]:
    """The tasks of these members that do something at the gate, with their types, the newest first."""
    return repository.list_at_the_gate(session, member_ids)


def list_lifted(session: UnitOfWork, member_id: str, *, since: datetime) -> list[tuple[Task, ActionType]]:
    """The tasks of a member that did something at the gate and were closed since then, the newest first."""
    return repository.list_lifted(session, member_id, since=since)


def list_with_types(session: UnitOfWork, task_ids: Collection[str]) -> list[tuple[Task, ActionType]]:
    """These tasks with their types; unknown ids are left out."""
    return repository.list_with_types(session, task_ids)


def list_acting_of_type(session: UnitOfWork, type_id: str) -> Sequence[Task]:
    """The tasks of a type that are open, or closed in a way that keeps the block."""
    return repository.list_acting_of_type(session, type_id)


def check_details(session: UnitOfWork, values: Mapping[str, Any]) -> None:
    """Raise InvalidError for the first attribute of `TaskDetails` that leads nowhere."""
    if "action_type_id" in values:
        action_type = session.get(ActionType, values["action_type_id"])
        if action_type is None or action_type.is_obsolete:
            raise invalid_field("action_type_id", "unknown_type", "There is no such type, or it is obsolete.")
    if (operator_id := values.get("operator_id")) is not None:
        operator = session.get(Staff, operator_id)
        if operator is None or not operator.is_active:
            raise invalid_field("operator_id", "unknown_operator", "Nobody of the staff has this id.")
    if (status_id := values.get("enquiry_status_id")) is not None:
        status = session.get(EnquiryStatus, status_id)
        if status is None or status.is_obsolete:
            raise invalid_field("enquiry_status_id", "unknown_status", "There is no such status, or it is obsolete.")
    if (purpose_id := values.get("purpose_id")) is not None:
        purposes.check_usable(session, purpose_id, values.get("next_step"))


def _unwilling() -> InvalidError:
    return invalid_field("purpose_id", "consent_missing", "The person has not agreed to this purpose, or objects.")


def type_of(session: UnitOfWork, task: Task) -> ActionType:
    """The type of a task."""
    return action_types.get(session, task.action_type_id)


def _begin(session: UnitOfWork, actor: Actor, member_id: str, details: TaskDetails) -> Task:
    task = Task(
        id=new_id("tsk"),
        member_id=member_id,
        outcome_id=None,
        result="",
        keeps_block=False,
        created_by=history.author(actor),
        created_at=session.now,
        closed_by=None,
        closed_at=None,
        **asdict(details),
    )
    session.add(task)
    return task


def _audited(task: Task) -> dict[str, Any]:
    names = ("member_id", *TaskDetails.__dataclass_fields__)
    return audit.plain({name: getattr(task, name) for name in names})
