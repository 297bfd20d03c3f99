"""Scheduled operations over HTTP."""

from datetime import date
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.database import UnitOfWork
from cloud.kit.paging import Page
from cloud.scheduled_operations import looking, policy, runs, service
from cloud.scheduled_operations.models import ScheduledOperation
from cloud.scheduled_operations.schemas import LookOut, OperationChange, OperationIn, OperationOut, RunOut, TouchOut
from cloud.scheduled_operations.service import OperationDetails
from cloud.sites import service as sites
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["scheduled operations"])
_ONE = "/scheduled-operations/{scheduled_operation_id}"


@router.get("/scheduled-operations", dependencies=[require("tasks.read")], responses=problems(401, 403, 422))
def list_scheduled_operations(
    session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[OperationOut]:
    """The operations of all clubs, the newest first."""
    page = service.find_page(session, after=after, limit=limit)
    return Page(items=[_out(session, operation) for operation in page.items], next=page.next)


@router.post("/sites/{site_id}/scheduled-operations", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_scheduled_operation(
    site_id: str, body: OperationIn, session: Transaction, staff: SignedIn = require("tasks.bulk")
) -> OperationOut:
    """Plan an operation of a club. The preview tells whom it would touch, and stop, if it ran now."""
    details = OperationDetails(**body.model_dump())
    return _out(session, service.create(session, staff.actor, site_id, details))


@router.post(
    "/sites/{site_id}/scheduled-operations/preview",
    dependencies=[require("tasks.bulk")],
    responses=problems(401, 403, 404, 422),
)
def preview_of_operation(site_id: str, body: OperationIn, session: ReadSession) -> LookOut:
    """Whom such an operation would touch if it ran now. Nothing is changed."""
    details = OperationDetails(**body.model_dump())
    service.check(session, site_id, details)
    return LookOut.of(looking.look(session, site_id, details))


@router.get(_ONE, dependencies=[require("tasks.read")], responses=problems(401, 403, 404))
def get_scheduled_operation(scheduled_operation_id: str, session: ReadSession) -> OperationOut:
    """One operation."""
    return _out(session, service.get(session, scheduled_operation_id))


@router.patch(_ONE, responses=problems(401, 403, 404, 422))
def change_scheduled_operation(
    scheduled_operation_id: str, body: OperationChange, session: Transaction, staff: SignedIn = require("tasks.bulk")
) -> OperationOut:
    """Change, suspend (`is_active` false) or resume an operation."""
    changes = body.model_dump(exclude_unset=True)
    return _out(session, service.change(session, staff.actor, scheduled_operation_id, changes))


@router.delete(_ONE, status_code=204, responses=problems(401, 403, 404))
def delete_scheduled_operation(
    scheduled_operation_id: str, session: Transaction, staff: SignedIn = require("tasks.bulk")
) -> Response:
    """Forget an operation and its history; its tasks stay."""
    service.remove(session, staff.actor, scheduled_operation_id)
    return Response(status_code=204)


@router.get(f"{_ONE}/dry-run", dependencies=[require("tasks.bulk")], responses=problems(401, 403, 404))
def try_scheduled_operation(scheduled_operation_id: str, session: ReadSession) -> LookOut:
    """Whom it would touch if it ran now; nobody is touched."""
    operation = service.get(session, scheduled_operation_id)
    return LookOut.of(looking.look(session, operation.site_id, service.details_of(operation), operation.id))


@router.get(f"{_ONE}/runs", dependencies=[require("tasks.read")], responses=problems(401, 403, 404, 422))
def list_operation_runs(
    scheduled_operation_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[RunOut]:
    """What it did, day by day, the newest first."""
    service.get(session, scheduled_operation_id)
    page = runs.find_page(session, scheduled_operation_id, after=after, limit=limit)
    return Page(items=[RunOut.model_validate(run) for run in page.items], next=page.next)


@router.get(f"{_ONE}/runs/{{day}}", dependencies=[require("tasks.read")], responses=problems(401, 403, 404, 422))
def list_operation_people(scheduled_operation_id: str, day: date, session: ReadSession) -> list[TouchOut]:
    """Whom the run of a day dealt with: 500 at most."""
    service.get(session, scheduled_operation_id)
    return [TouchOut.model_validate(touch) for touch in runs.list_touches(session, scheduled_operation_id, day)]


def _out(session: UnitOfWork, operation: ScheduledOperation) -> OperationOut:
    zone = ZoneInfo(sites.get_site(session, operation.site_id).time_zone)
    state = service.state_of(session, operation, zone)
    values = {name: getattr(operation, name) for name in OperationOut.model_fields if hasattr(operation, name)}
    next_at = policy.next_at(service.schedule_of(operation), session.now, zone) if state == "active" else None
    return OperationOut(**values, state=state, next_at=next_at)
