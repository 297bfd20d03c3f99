"""Action types and tasks for tests, made through the services."""

from typing import Any

from cloud.action_types import outcomes
from cloud.action_types import service as action_types
from cloud.action_types.outcomes import OutcomeDetails
from cloud.action_types.policy import StateClass
from cloud.action_types.service import ActionTypeDetails
from cloud.database import UnitOfWork
from cloud.tasks import service
from cloud.tasks.service import TaskDetails
from tests.club import Club

BLOCK: dict[str, Any] = {
    "name": "Talk to them",
    "action_at_access": "message_and_block",
    "texts": {"en": "{first_name}, see the desk", "it": "{first_name}, in reception"},
    "operator_hint": "Ask for the green pass",
}


def add_outcome(
    club: Club, session: UnitOfWork, name: str, state_class: StateClass, *, keeps_block: bool = False
) -> str:
    details = OutcomeDetails(name=name, state_class=state_class, keeps_block=keeps_block)
    return outcomes.create(session, club.actor, details).id


def add_type(club: Club, session: UnitOfWork, **details: Any) -> str:
    """A type; unless something else is said, it blocks and has no outcomes."""
    return action_types.create(session, club.actor, ActionTypeDetails(**(BLOCK | details))).id


def add_task(club: Club, session: UnitOfWork, member_id: str, type_id: str, **details: Any) -> str:
    return service.create(session, club.actor, member_id, TaskDetails(action_type_id=type_id, **details)).id
