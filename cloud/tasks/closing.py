"""How a task stands and ends: outcome, closing with a result and a next task, the lifting of a kept block."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloud.action_types import outcomes
from cloud.action_types import service as action_types
from cloud.action_types.models import Outcome
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, invalid_field, not_found
from cloud.tasks import history, repository, service
from cloud.tasks.models import Task
from cloud.tasks.service import TaskDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a task ends. Without an outcome only where its type has none that closes; `result` is what came of it."""

    outcome_id: str | None
    result: str
    next_task: TaskDetails | None = None


def set_outcome(session: UnitOfWork, actor: Actor, task_id: str, outcome_id: str) -> Task:
    """Say how an open task stands.

    Raises:
        NotFoundError: there is no such task.
        InvalidError: its type has no such outcome, or the outcome closes.
        ConflictError: it is closed.
    """
    task = service.take_open(session, task_id)
    outcome = next((each for each in outcomes_for(session, task) if each.id == outcome_id), None)
    if outcome is None or outcomes.is_closing(outcome):
        raise invalid_field("outcome_id", "unknown_outcome", "The type has no such outcome that leaves a task open.")
    if task.outcome_id == outcome_id:
        return task
    before = {"outcome_id": task.outcome_id}
    task.outcome_id = outcome_id
    session.flush()
    history.write(session, actor, task, "outcome", text=outcome.name)
    service.tell(session, actor, "task.set_outcome", task, before=before, after={"outcome_id": outcome_id})
    return task


def close(session: UnitOfWork, actor: Actor, task_id: str, closing: Closing) -> tuple[Task, Task | None]:
    """Close a task, and begin the next one about the same member where there is one.

    What the task does at the gate ends with it, unless the outcome keeps the block.

    Raises:
        NotFoundError: there is no such task.
        InvalidError: there is no result, or the outcome is none of those that close; or the next task cannot be.
        ConflictError: it is closed already; or the member has 50 open tasks.
    """
    task = service.take_open(session, task_id)
    if not closing.result.strip():
        raise invalid_field("result", "result_missing", "Say what came of it.")
    outcome = _closing_outcome(session, task, closing.outcome_id)
    before = {"outcome_id": task.outcome_id, "closed_at": None}
    task.outcome_id = outcome.id if outcome else None
    task.keeps_block = outcome.keeps_block if outcome else False
    task.result = closing.result
    task.closed_by, task.closed_at = history.author(actor), session.now
    session.flush()
    history.write(
        session, actor, task, "closed", text=closing.result, changes={"outcome": outcome.name if outcome else ""}
    )
    after = {"outcome_id": task.outcome_id, "result": task.result, "keeps_block": task.keeps_block}
    service.tell(session, actor, "task.close", task, before=before, after={**after, "closed_at": task.closed_at})
    following = None
    if closing.next_task is not None:
        following = service.create(session, actor, task.member_id, closing.next_task)
    return task, following


def end(session: UnitOfWork, actor: Actor, task_id: str, because: str) -> Task:
    """Close a task that the service has begun, because its cause is over; one that is closed stays as it is.

    Args:
        because: the cause's code, which the history keeps and the console puts into words.

    Raises:
        NotFoundError: there is no such task.
    """
    task = repository.lock_task(session, task_id)
    if task is None:
        raise not_found("task", task_id)
    if task.closed_at is not None:
        return task
    task.closed_by, task.closed_at = history.author(actor), session.now
    session.flush()
    history.write(session, actor, task, "ended", changes={"because": because})
    after = {"closed_at": task.closed_at, "because": because}
    service.tell(session, actor, "task.end", task, before={"closed_at": None}, after=after)
    return task


def lift(session: UnitOfWork, actor: Actor, task_id: str, reason: str) -> Task:
    """End what a closed task still does at the gate, because its outcome kept the block.

    Raises:
        NotFoundError: there is no such task.
        ConflictError: it keeps no block.
    """
    task = repository.lock_task(session, task_id)
    if task is None:
        raise not_found("task", task_id)
    if not task.keeps_block:
        raise ConflictError("task_keeps_no_block", "The task keeps no block.")
    task.keeps_block = False
    session.flush()
    history.write(session, actor, task, "lifted", text=reason)
    service.tell(session, actor, "task.lift", task, before={"keeps_block": True}, after={"keeps_block": False})
    return task


def outcomes_for(session: UnitOfWork, task: Task) -> Sequence[Outcome]:
    """The outcomes that the task may have: those of its type that are not obsolete."""
    attached = action_types.outcomes_of(session, [task.action_type_id])[task.action_type_id]
    return [outcome for outcome in attached if not outcome.is_obsolete]


def _closing_outcome(session: UnitOfWork, task: Task, outcome_id: str | None) -> Outcome | None:
    choices = [outcome for outcome in outcomes_for(session, task) if outcomes.is_closing(outcome)]
    if outcome_id is None and not choices:
        return None
    chosen = next((outcome for outcome in choices if outcome.id == outcome_id), None)
    if chosen is None:
        raise invalid_field("outcome_id", "unknown_outcome", "Choose one of the outcomes that close.")
    return chosen
