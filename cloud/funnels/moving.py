"""Move a lead to another stage of Attraction: the enquiry status of the task that one works with."""

from typing import Final

from cloud.action_types import service as action_types
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import ConflictError
from cloud.funnels.people import Scope, find_attraction
from cloud.tasks import service as tasks
from cloud.tasks.service import TaskDetails

NO_STATUS: Final = "none"
"""The first stage: nothing was said yet about how far one is with them."""


def move(session: UnitOfWork, actor: Actor, scope: Scope, member_id: str, stage: str) -> None:
    """Let a lead stand in a stage, an id of an enquiry status or `NO_STATUS`; without an open task they get one.

    Raises:
        InvalidError: there is no such status, or it is obsolete (`enquiry_status_id`).
        ConflictError: they are no lead of the site any more, or no type of task does nothing at the gates.
    """
    found = [each for people in find_attraction(session, scope, member_id).values() for each in people]
    if not found:
        raise ConflictError("not_a_lead", "They are no lead of this branch any more.")
    status_id = None if stage == NO_STATUS else stage
    task = found[0].task
    if task is not None:
        tasks.change(session, actor, task.id, {"enquiry_status_id": status_id})
    elif status_id is not None:
        details = TaskDetails(action_type_id=_harmless_type(session), enquiry_status_id=status_id)
        tasks.create(session, actor, member_id, details)


def _harmless_type(session: UnitOfWork) -> str:
    """The first of the club's types, its default before all, that does nothing at the gates."""
    usable = (kind for kind in action_types.list_usable(session) if kind.action_at_access == "none")
    found = next(usable, None)
    if found is None:
        raise ConflictError("no_task_type", "Add a type of task first that does nothing at the gates.")
    return found.id
