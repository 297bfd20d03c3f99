"""One task: what is to be done, what it does at the gates with the proof, its history; change it, comment on it."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.objections import noting
from cloud.privacy_purposes import approach
from cloud.privacy_purposes import service as purposes
from cloud.privacy_purposes.policy import name_in
from cloud.tasks import history, service
from cloud.tasks.pages import forms, terms
from cloud.tasks.pages.views import TaskView, entry_views, local_minute, task_views
from cloud.tasks.schemas import CommentIn, TaskChange

HISTORY_ROWS: Final = 100
_EDITED: Final = ("text", "operator_id", "complete_by", "next_step", "enquiry_status_id", "purpose_id")

router = APIRouter()


@router.get("/tasks/{task_id}")
def show_task(task_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.read")) -> Response:
    """The page of a task."""
    view = view_of(session, task_id)
    told = history.of_task(session, task_id, after=None, limit=HISTORY_ROWS)
    return render(
        viewer,
        "tasks/task.html",
        view=view,
        zone=view.zone,
        terms=terms,
        lines=entry_views(session, told.items),
        proofs=desired_state.flag_proof(session, task_id),
        purpose=_purpose_name(session, view, viewer),
        objections=noting.list_of_task(session, task_id),
        is_unwilling=bool(approach.list_unapproachable(session, [view.task.member_id], view.task.purpose_id)),
    )


@router.get("/tasks/{task_id}/proof")
def show_task_proof(task_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.read")) -> Response:
    """What each gate knows of it, as the part of the page that keeps itself up to date."""
    view = view_of(session, task_id)
    proofs = desired_state.flag_proof(session, task_id)
    return render(viewer, "tasks/proof.html", view=view, zone=view.zone, proofs=proofs)


@router.get("/tasks/{task_id}/change")
def show_change(task_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.write")) -> Response:
    """The form of a task, as it is."""
    view = view_of(session, task_id)
    fields = {name: str(value) for name in _EDITED if (value := getattr(view.task, name)) is not None}
    fields["next_step_at"] = local_minute(view.task.next_step_at, view.zone)
    return _form(session, viewer, view, fields)


@router.post("/tasks/{task_id}/change")
def change_task(task_id: str, session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Save the task."""
    view = view_of(session, task_id)
    with attempt(session, form.viewer.words) as errors:
        changes = TaskChange.model_validate(forms.read_task(form.fields, view.zone)).model_dump()
        service.change(session, form.viewer.signed_in.actor, task_id, changes)
    if errors:
        return _form(session, form.viewer, view, form.fields, errors)
    return go_to(form.viewer, f"/tasks/{task_id}", notice="task_saved")


@router.post("/tasks/{task_id}/comments")
def comment_on_task(task_id: str, session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Add the comment; an empty one is nothing."""
    service.get(session, task_id)
    with attempt(session, form.viewer.words):
        said = CommentIn.model_validate({"text": form.fields.get("text", "")})
        service.comment(session, form.viewer.signed_in.actor, task_id, said.text)
    return go_to(form.viewer, f"/tasks/{task_id}")


def view_of(session: UnitOfWork, task_id: str) -> TaskView:
    """The task with its names.

    Raises:
        NotFoundError: there is none with this id.
    """
    return task_views(session, [service.get(session, task_id)])[0]


def _purpose_name(session: UnitOfWork, view: TaskView, viewer: Viewer) -> str:
    purpose_id = view.task.purpose_id
    return name_in(purposes.get(session, purpose_id).names, viewer.language) if purpose_id else ""


def _form(
    session: UnitOfWork, viewer: Viewer, view: TaskView, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Task about %(name)s"), name=view.member_name),
        action=f"/tasks/{view.task.id}/change",
        button=say(mark("Save")),
        back=f"/tasks/{view.task.id}",
        back_text=say(mark("Back to the task")),
        body="tasks/task_fields.html",
    )
    return show(viewer, sheet, fields, errors, choices=forms.choices(session, viewer.words), has_type=False)
