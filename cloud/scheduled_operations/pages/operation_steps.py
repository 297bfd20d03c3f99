"""Suspend an operation at once, resume it after a look at whom it would stop, forget it after a question."""

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.scheduled_operations import service
from cloud.scheduled_operations.pages import terms
from cloud.scheduled_operations.pages.operation_forms import summary

router = APIRouter()


@router.post("/settings/operations/{scheduled_operation_id}/suspend")
def suspend_operation(
    scheduled_operation_id: str, session: Transaction, form: Submission = submitting("tasks.bulk")
) -> Response:
    """Let it rest."""
    service.change(session, form.viewer.signed_in.actor, scheduled_operation_id, {"is_active": False})
    return go_to(form.viewer, terms.ADDRESS, notice="task_saved")


@router.get("/settings/operations/{scheduled_operation_id}/resume")
def ask_to_resume(
    scheduled_operation_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.bulk")
) -> Response:
    """Whom it would touch and stop if it ran now."""
    operation = service.get(session, scheduled_operation_id)
    details = service.details_of(operation)
    action = f"{terms.ADDRESS}/{operation.id}/resume"
    return summary(session, viewer, operation.site_id, details, action=action, operation_id=operation.id)


@router.post("/settings/operations/{scheduled_operation_id}/resume")
def resume_operation(
    scheduled_operation_id: str, session: Transaction, form: Submission = submitting("tasks.bulk")
) -> Response:
    """Let it run again from its next time on; one that never would is shown to be edited."""
    with attempt(session, form.viewer.words) as errors:
        service.change(session, form.viewer.signed_in.actor, scheduled_operation_id, {"is_active": True})
    if errors:
        return go_to(form.viewer, f"{terms.ADDRESS}/{scheduled_operation_id}", notice="operation_over")
    return go_to(form.viewer, terms.ADDRESS, notice="task_saved")


@router.get("/settings/operations/{scheduled_operation_id}/delete")
def ask_to_delete(
    scheduled_operation_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.bulk")
) -> Response:
    """Ask once."""
    say, operation = viewer.words.text, service.get(session, scheduled_operation_id)
    sheet = Sheet(
        title=say(mark("Delete the operation %(name)s?"), name=operation.name),
        text=say(mark("What it did is forgotten with it. The tasks that it began stay.")),
        action=f"{terms.ADDRESS}/{operation.id}/delete",
        button=say(mark("Delete")),
        back=terms.ADDRESS,
        back_text=say(terms.BACK),
        tone="danger",
    )
    return show(viewer, sheet, {})


@router.post("/settings/operations/{scheduled_operation_id}/delete")
def delete_operation(
    scheduled_operation_id: str, session: Transaction, form: Submission = submitting("tasks.bulk")
) -> Response:
    """Forget it."""
    service.remove(session, form.viewer.signed_in.actor, scheduled_operation_id)
    return go_to(form.viewer, terms.ADDRESS, notice="search_deleted")
