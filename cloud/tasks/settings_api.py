"""What a club sets up for its tasks, over HTTP: enquiry statuses and templates."""

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction, problems
from cloud.staff.api import require
from cloud.staff.service import SignedIn
from cloud.tasks import enquiry_statuses, task_templates
from cloud.tasks.enquiry_statuses import StatusDetails
from cloud.tasks.schemas import EnquiryStatusChange, EnquiryStatusIn, EnquiryStatusOut, TemplateIn, TemplateOut
from cloud.tasks.task_templates import TemplateDetails

router = APIRouter(tags=["tasks"])


@router.get("/enquiry-statuses", dependencies=[require("tasks.read")], responses=problems(401, 403))
def list_enquiry_statuses(session: ReadSession) -> list[EnquiryStatusOut]:
    """All of them (at most 50), in the club's order."""
    return [EnquiryStatusOut.model_validate(status) for status in enquiry_statuses.list_all(session)]


@router.post("/enquiry-statuses", status_code=201, responses=problems(401, 403, 409, 422))
def create_enquiry_status(
    body: EnquiryStatusIn, session: Transaction, staff: SignedIn = require("action_types.write")
) -> EnquiryStatusOut:
    """Add a status."""
    created = enquiry_statuses.create(session, staff.actor, StatusDetails(**body.model_dump()))
    return EnquiryStatusOut.model_validate(created)


@router.patch("/enquiry-statuses/{status_id}", responses=problems(401, 403, 404, 422))
def change_enquiry_status(
    status_id: str, body: EnquiryStatusChange, session: Transaction, staff: SignedIn = require("action_types.write")
) -> EnquiryStatusOut:
    """Change a status."""
    changed = enquiry_statuses.change(session, staff.actor, status_id, body.model_dump(exclude_unset=True))
    return EnquiryStatusOut.model_validate(changed)


@router.get("/task-templates", dependencies=[require("tasks.read")], responses=problems(401, 403))
def list_task_templates(session: ReadSession) -> list[TemplateOut]:
    """All of them (at most 100) by name."""
    return [TemplateOut.model_validate(template) for template in task_templates.list_all(session)]


@router.post("/task-templates", status_code=201, responses=problems(401, 403, 409, 422))
def create_task_template(
    body: TemplateIn, session: Transaction, staff: SignedIn = require("tasks.bulk")
) -> TemplateOut:
    """Keep a task as a template."""
    created = task_templates.create(session, staff.actor, TemplateDetails(**body.model_dump()))
    return TemplateOut.model_validate(created)


@router.delete("/task-templates/{template_id}", status_code=204, responses=problems(401, 403, 404))
def delete_task_template(template_id: str, session: Transaction, staff: SignedIn = require("tasks.bulk")) -> Response:
    """Forget a template; tasks that were begun from it stay."""
    task_templates.delete(session, staff.actor, template_id)
    return Response(status_code=204)
