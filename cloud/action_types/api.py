"""Action types and outcomes over HTTP."""

from fastapi import APIRouter

from cloud.action_types import outcomes, service
from cloud.action_types.models import ActionType
from cloud.action_types.outcomes import OutcomeDetails
from cloud.action_types.schemas import (
    ActionTypeChange,
    ActionTypeIn,
    ActionTypeOut,
    OutcomeChange,
    OutcomeIn,
    OutcomeOut,
)
from cloud.action_types.service import ActionTypeDetails
from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["action types"])


@router.get("/action-types", dependencies=[require("tasks.read")], responses=problems(401, 403, 422))
def list_action_types(session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT) -> Page[ActionTypeOut]:
    """The action types, the oldest first."""
    page = service.find_page(session, after=after, limit=limit)
    attached = service.outcomes_of(session, [each.id for each in page.items])
    return Page(items=[ActionTypeOut.of(each, attached[each.id]) for each in page.items], next=page.next)


@router.post("/action-types", status_code=201, responses=problems(401, 403, 409, 422))
def create_action_type(
    body: ActionTypeIn, session: Transaction, staff: SignedIn = require("action_types.write")
) -> ActionTypeOut:
    """Add an action type; the first one is the default."""
    return _out(session, service.create(session, staff.actor, ActionTypeDetails(**body.model_dump())))


@router.get("/action-types/{type_id}", dependencies=[require("tasks.read")], responses=problems(401, 403, 404))
def get_action_type(type_id: str, session: ReadSession) -> ActionTypeOut:
    """One action type."""
    return _out(session, service.get(session, type_id))


@router.patch("/action-types/{type_id}", responses=problems(401, 403, 404, 422))
def change_action_type(
    type_id: str, body: ActionTypeChange, session: Transaction, staff: SignedIn = require("action_types.write")
) -> ActionTypeOut:
    """Change a type; the gates obey for every open task of it. `POST .../preview` tells whom that would stop."""
    return _out(session, service.change(session, staff.actor, type_id, body.model_dump(exclude_unset=True)))


@router.get("/outcomes", dependencies=[require("tasks.read")], responses=problems(401, 403, 422))
def list_outcomes(session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT) -> Page[OutcomeOut]:
    """The outcomes, the oldest first."""
    page = outcomes.find_page(session, after=after, limit=limit)
    return Page(items=[OutcomeOut.model_validate(each) for each in page.items], next=page.next)


@router.post("/outcomes", status_code=201, responses=problems(401, 403, 409, 422))
def create_outcome(
    body: OutcomeIn, session: Transaction, staff: SignedIn = require("action_types.write")
) -> OutcomeOut:
    """Add an outcome; attach it to a type with `outcome_ids` there."""
    return OutcomeOut.model_validate(outcomes.create(session, staff.actor, OutcomeDetails(**body.model_dump())))


@router.patch("/outcomes/{outcome_id}", responses=problems(401, 403, 404, 422))
def change_outcome(
    outcome_id: str, body: OutcomeChange, session: Transaction, staff: SignedIn = require("action_types.write")
) -> OutcomeOut:
    """Change an outcome; tasks that ended so before are left as they are."""
    changed = outcomes.change(session, staff.actor, outcome_id, body.model_dump(exclude_unset=True))
    return OutcomeOut.model_validate(changed)


def _out(session: UnitOfWork, action_type: ActionType) -> ActionTypeOut:
    return ActionTypeOut.of(action_type, service.outcomes_of(session, [action_type.id])[action_type.id])
