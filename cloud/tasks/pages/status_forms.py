"""The form of an enquiry status."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from cloud.action_types.pages.terms import ADDRESS, BACK
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.tasks import enquiry_statuses
from cloud.tasks.enquiry_statuses import StatusDetails
from cloud.tasks.models import EnquiryStatus
from cloud.tasks.schemas import EnquiryStatusIn

router = APIRouter()


@router.get("/settings/tasks/statuses/new")
def show_new_status(viewer: Viewer = viewing("action_types.write")) -> Response:
    """An empty form."""
    return _form(viewer, None, {"position": "0"})


@router.post("/settings/tasks/statuses")
def create_status(session: Transaction, form: Submission = submitting("action_types.write")) -> Response:
    """Add the status."""
    with attempt(session, form.viewer.words) as errors:
        details = StatusDetails(**_read(form.fields).model_dump())
        enquiry_statuses.create(session, form.viewer.signed_in.actor, details)
    if errors:
        return _form(form.viewer, None, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="task_settings_saved")


@router.get("/settings/tasks/statuses/{status_id}")
def show_status(status_id: str, session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """The form of a status, as it is."""
    status = enquiry_statuses.get(session, status_id)
    fields = {"name": status.name, "position": str(status.position)}
    return _form(viewer, status, fields | ({"is_obsolete": "on"} if status.is_obsolete else {}))


@router.post("/settings/tasks/statuses/{status_id}")
def change_status(
    status_id: str, session: Transaction, form: Submission = submitting("action_types.write")
) -> Response:
    """Save the status."""
    status = enquiry_statuses.get(session, status_id)
    with attempt(session, form.viewer.words) as errors:
        changes = _read(form.fields).model_dump()
        enquiry_statuses.change(session, form.viewer.signed_in.actor, status_id, changes)
    if errors:
        return _form(form.viewer, status, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="task_settings_saved")


def _form(
    viewer: Viewer, status: EnquiryStatus | None, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New enquiry status")) if status is None else say(mark("Enquiry status")),
        action=f"{ADDRESS}/statuses" + (f"/{status.id}" if status else ""),
        button=say(mark("Save")),
        back=ADDRESS,
        back_text=say(BACK),
        body="tasks/status_fields.html",
        history=("enquiry_status", status.id) if status else None,
    )
    return show(viewer, sheet, fields, errors)


def _read(fields: Mapping[str, str]) -> EnquiryStatusIn:
    values = {"name": fields.get("name", ""), "position": fields.get("position") or "0"}
    return EnquiryStatusIn.model_validate({**values, "is_obsolete": "is_obsolete" in fields})
