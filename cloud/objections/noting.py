"""Note in a task what stands in the way, and pass the task on to whoever can do something about it."""

from collections.abc import Collection

from sqlalchemy import delete, select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.objections import service
from cloud.objections.models import Objection, TaskObjection
from cloud.tasks import history
from cloud.tasks import service as tasks


def note(
    session: UnitOfWork,
    actor: Actor,
    task_id: str,
    objection_ids: Collection[str],
    *,
    operator_id: str | None = None,
    text: str = "",
) -> list[Objection]:
    """Let these be all objections of an open task.

    Args:
        operator_id: to whom of the staff the task is passed on; None: to nobody.
        text: a comment for them.

    Raises:
        NotFoundError: there is no such task.
        InvalidError: an objection is unknown or obsolete, or nobody works here with this id.
        ConflictError: the task is closed.
    """
    task = tasks.take_open(session, task_id)
    before = list_of_task(session, task_id)
    chosen = _choose(session, objection_ids, before)
    if set(chosen) != set(before):
        session.execute(delete(TaskObjection).where(TaskObjection.task_id == task_id))
        session.add_all(TaskObjection(task_id=task_id, objection_id=each.id) for each in chosen)
        names = [[each.name for each in some] for some in (before, chosen)]
        history.write(session, actor, task, "changed", text=", ".join(names[1]), changes={"objections": names})
        told = [{"objections": [each.id for each in some]} for some in (before, chosen)]
        audit.record(session, actor, "task.objections", entity=("task", task_id), before=told[0], after=told[1])
    if operator_id is not None:
        tasks.change(session, actor, task_id, {"operator_id": operator_id})
    if text:
        tasks.comment(session, actor, task_id, text)
    session.flush()
    return chosen


def list_of_task(session: UnitOfWork, task_id: str) -> list[Objection]:
    """What stands in the way in a task (at most 50), by name."""
    query = select(Objection).join(TaskObjection, TaskObjection.objection_id == Objection.id)
    return list(session.scalars(query.where(TaskObjection.task_id == task_id).order_by(Objection.name)))


def _choose(session: UnitOfWork, objection_ids: Collection[str], before: Collection[Objection]) -> list[Objection]:
    kept = {each.id for each in before}
    usable = {each.id: each for each in service.list_all(session) if not each.is_obsolete or each.id in kept}
    if not set(objection_ids) <= usable.keys():
        raise invalid_field("objection_ids", "unknown_objection", "Choose objections of the list.")
    return sorted((usable[each] for each in set(objection_ids)), key=lambda objection: objection.name)
