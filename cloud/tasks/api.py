"""Tasks over HTTP. Whom a task would stop is told by `explanations.preview_api`."""

from typing import Annotated

from fastapi import APIRouter, Query

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.staff.api import require
from cloud.staff.service import SignedIn
from cloud.tasks import closing, history, service
from cloud.tasks.closing import Closing
from cloud.tasks.repository import TaskFilter
from cloud.tasks.schemas import (
    BulkIn,
    BulkOut,
    ClosedOut,
    ClosingIn,
    CommentIn,
    EntryOut,
    OutcomeChoice,
    TaskChange,
    TaskIn,
    TaskOut,
    TaskQuery,
)
from cloud.tasks.service import TaskDetails

router = APIRouter(tags=["tasks"])


@router.get("/tasks", dependencies=[require("tasks.read")], responses=problems(401, 403, 422))
def list_tasks(
    session: ReadSession,
    wanted: Annotated[TaskQuery, Query()],
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[TaskOut]:
    """Tasks, the newest first."""
    page = service.find_page(session, TaskFilter(**wanted.model_dump()), after=after, limit=limit)
    return Page(items=[TaskOut.model_validate(task) for task in page.items], next=page.next)


@router.post("/members/{member_id}/tasks", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_task(
    member_id: str, body: TaskIn, session: Transaction, staff: SignedIn = require("tasks.write")
) -> TaskOut:
    """Begin a task about a member; `GET /tasks/{id}/proof` tells where it acts, if its type does anything there."""
    return TaskOut.model_validate(service.create(session, staff.actor, member_id, TaskDetails(**body.model_dump())))


@router.post("/tasks/bulk", status_code=201, responses=problems(401, 403, 422))
def create_tasks(body: BulkIn, session: Transaction, staff: SignedIn = require("tasks.bulk")) -> BulkOut:
    """Begin the same task about several members. `POST /tasks/bulk/preview` tells whom that would stop."""
    details = TaskDetails(**body.model_dump(exclude={"member_ids"}))
    bulk = service.create_many(session, staff.actor, body.member_ids, details)
    return BulkOut(
        tasks=[TaskOut.model_validate(task) for task in bulk.tasks],
        full_member_ids=list(bulk.full_member_ids),
        unwilling_member_ids=list(bulk.unwilling_member_ids),
    )


@router.get("/tasks/{task_id}", dependencies=[require("tasks.read")], responses=problems(401, 403, 404))
def get_task(task_id: str, session: ReadSession) -> TaskOut:
    """One task."""
    return TaskOut.model_validate(service.get(session, task_id))


@router.patch("/tasks/{task_id}", responses=problems(401, 403, 404, 409, 422))
def change_task(
    task_id: str, body: TaskChange, session: Transaction, staff: SignedIn = require("tasks.write")
) -> TaskOut:
    """Change an open task."""
    changes = body.model_dump(exclude_unset=True)
    return TaskOut.model_validate(service.change(session, staff.actor, task_id, changes))


@router.post("/tasks/{task_id}/outcome", responses=problems(401, 403, 404, 409, 422))
def set_task_outcome(
    task_id: str, body: OutcomeChoice, session: Transaction, staff: SignedIn = require("tasks.write")
) -> TaskOut:
    """Say how an open task stands."""
    return TaskOut.model_validate(closing.set_outcome(session, staff.actor, task_id, body.outcome_id))


@router.post("/tasks/{task_id}/close", responses=problems(401, 403, 404, 409, 422))
def close_task(
    task_id: str, body: ClosingIn, session: Transaction, staff: SignedIn = require("tasks.write")
) -> ClosedOut:
    """Close a task with its result, and begin the next one about the same member."""
    following = TaskDetails(**body.next_task.model_dump()) if body.next_task else None
    how = Closing(outcome_id=body.outcome_id, result=body.result, next_task=following)
    closed, begun = closing.close(session, staff.actor, task_id, how)
    return ClosedOut(
        task=TaskOut.model_validate(closed), next_task=TaskOut.model_validate(begun) if begun is not None else None
    )


@router.post("/tasks/{task_id}/lift", responses=problems(401, 403, 404, 409, 422))
def lift_task(task_id: str, body: CommentIn, session: Transaction, staff: SignedIn = require("tasks.write")) -> TaskOut:
    """End what a closed task still does at the gate."""
    return TaskOut.model_validate(closing.lift(session, staff.actor, task_id, body.text))


@router.post("/tasks/{task_id}/comments", status_code=201, responses=problems(401, 403, 404, 422))
def comment_on_task(
    task_id: str, body: CommentIn, session: Transaction, staff: SignedIn = require("tasks.write")
) -> EntryOut:
    """Say something about a task."""
    return EntryOut.model_validate(service.comment(session, staff.actor, task_id, body.text))


@router.get("/tasks/{task_id}/history", dependencies=[require("tasks.read")], responses=problems(401, 403, 404, 422))
def list_task_history(
    task_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[EntryOut]:
    """What was done in a task, the newest first."""
    service.get(session, task_id)
    page = history.of_task(session, task_id, after=after, limit=limit)
    return Page(items=[EntryOut.model_validate(entry) for entry in page.items], next=page.next)


@router.get(
    "/members/{member_id}/communication",
    dependencies=[require("tasks.read")],
    responses=problems(401, 403, 404, 422),
)
def list_member_communication(
    member_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[EntryOut]:
    """What was ever done in tasks about a member, comments too, the newest first."""
    members.get(session, member_id)
    page = history.of_member(session, member_id, after=after, limit=limit)
    return Page(items=[EntryOut.model_validate(entry) for entry in page.items], next=page.next)
