"""Objections over HTTP."""

from fastapi import APIRouter

from cloud.api import ReadSession, Transaction, problems
from cloud.objections import noting, service
from cloud.objections.schemas import ObjectionChange, ObjectionIn, ObjectionOut, ObjectionsIn
from cloud.objections.service import ObjectionDetails
from cloud.staff.api import require
from cloud.staff.service import SignedIn
from cloud.tasks import service as tasks

router = APIRouter(tags=["tasks"])


@router.get("/objections", dependencies=[require("tasks.read")], responses=problems(401, 403))
def list_objections(session: ReadSession) -> list[ObjectionOut]:
    """All that a club knows (at most 50), by name."""
    return [ObjectionOut.model_validate(objection) for objection in service.list_all(session)]


@router.post("/objections", status_code=201, responses=problems(401, 403, 409, 422))
def create_objection(
    body: ObjectionIn, session: Transaction, staff: SignedIn = require("action_types.write")
) -> ObjectionOut:
    """Add an objection."""
    return ObjectionOut.model_validate(service.create(session, staff.actor, ObjectionDetails(**body.model_dump())))


@router.patch("/objections/{objection_id}", responses=problems(401, 403, 404, 422))
def change_objection(
    objection_id: str, body: ObjectionChange, session: Transaction, staff: SignedIn = require("action_types.write")
) -> ObjectionOut:
    """Change an objection; tasks that have it keep it."""
    changes = body.model_dump(exclude_unset=True)
    return ObjectionOut.model_validate(service.change(session, staff.actor, objection_id, changes))


@router.get("/tasks/{task_id}/objections", dependencies=[require("tasks.read")], responses=problems(401, 403, 404))
def list_task_objections(task_id: str, session: ReadSession) -> list[ObjectionOut]:
    """What stands in the way in a task."""
    tasks.get(session, task_id)
    return [ObjectionOut.model_validate(objection) for objection in noting.list_of_task(session, task_id)]


@router.put("/tasks/{task_id}/objections", responses=problems(401, 403, 404, 409, 422))
def note_task_objections(
    task_id: str, body: ObjectionsIn, session: Transaction, staff: SignedIn = require("tasks.write")
) -> list[ObjectionOut]:
    """Note all that stands in the way in an open task, and pass it on."""
    noted = noting.note(session, staff.actor, task_id, body.objection_ids, operator_id=body.operator_id, text=body.text)
    return [ObjectionOut.model_validate(objection) for objection in noted]
