"""What tasks do when something happens elsewhere."""

from cloud.database import UnitOfWork
from cloud.domain_events import ActionTypeChanged, TaskChanged
from cloud.tasks import repository


def tell_of_type(session: UnitOfWork, event: ActionTypeChanged) -> None:
    """What the type does at the gate, each of its open tasks does."""
    for task in repository.list_acting_of_type(session, event.action_type_id):
        session.publish(TaskChanged(task.id, task.member_id))
