"""Say how a task stands, close it with its result, lift the block that it kept. After a closing comes the next task."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Response

from cloud.action_types import outcomes
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.tasks import closing
from cloud.tasks.closing import Closing
from cloud.tasks.pages.one_task import view_of
from cloud.tasks.pages.views import TaskView
from cloud.tasks.schemas import ClosingIn, CommentIn, OutcomeChoice

_KEEPS: Final = mark("keeps the block")

router = APIRouter()


@router.get("/tasks/{task_id}/close")
def show_closing(task_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.write")) -> Response:
    """What came of it, and how it ended."""
    return _closing(session, viewer, view_of(session, task_id), {})


@router.post("/tasks/{task_id}/close")
def close_task(task_id: str, session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Close the task, and offer the next one about the same member."""
    view = view_of(session, task_id)
    with attempt(session, form.viewer.words) as errors:
        said = {"outcome_id": form.fields.get("outcome_id") or None, "result": form.fields.get("result", "")}
        body = ClosingIn.model_validate(said)
        how = Closing(outcome_id=body.outcome_id, result=body.result)
        closing.close(session, form.viewer.signed_in.actor, task_id, how)
    if errors:
        return _closing(session, form.viewer, view, form.fields, errors)
    following = f"/members/{view.task.member_id}/tasks/new?after={task_id}"
    return go_to(form.viewer, following, notice="task_closed")


@router.get("/tasks/{task_id}/outcome")
def show_outcome(task_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.write")) -> Response:
    """How it stands."""
    view = view_of(session, task_id)
    return _outcome(session, viewer, view, {"outcome_id": view.task.outcome_id or ""})


@router.post("/tasks/{task_id}/outcome")
def set_outcome(task_id: str, session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Save how it stands."""
    view = view_of(session, task_id)
    with attempt(session, form.viewer.words) as errors:
        choice = OutcomeChoice.model_validate({"outcome_id": form.fields.get("outcome_id", "")})
        closing.set_outcome(session, form.viewer.signed_in.actor, task_id, choice.outcome_id)
    if errors:
        return _outcome(session, form.viewer, view, form.fields, errors)
    return go_to(form.viewer, f"/tasks/{task_id}", notice="task_saved")


@router.get("/tasks/{task_id}/lift")
def show_lifting(task_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.write")) -> Response:
    """Why the block is lifted."""
    return _lifting(viewer, view_of(session, task_id), {})


@router.post("/tasks/{task_id}/lift")
def lift(task_id: str, session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Lift the block."""
    view = view_of(session, task_id)
    with attempt(session, form.viewer.words) as errors:
        reason = CommentIn.model_validate({"text": form.fields.get("text", "")})
        closing.lift(session, form.viewer.signed_in.actor, task_id, reason.text)
    if errors:
        return _lifting(form.viewer, view, form.fields, errors)
    return go_to(form.viewer, f"/tasks/{task_id}", notice="flag_cleared")


def _closing(
    session: UnitOfWork, viewer: Viewer, view: TaskView, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    choices = [
        (each.id, f"{each.name} – {viewer.words.text(_KEEPS)}" if each.keeps_block else each.name)
        for each in closing.outcomes_for(session, view.task)
        if outcomes.is_closing(each)
    ]
    title = viewer.words.text(mark("Close the task about %(name)s"), name=view.member_name)
    sheet = _sheet(viewer, view, title, viewer.words.text(mark("Close the task")), "close")
    return show(viewer, sheet, fields, errors, choices=choices)


def _outcome(
    session: UnitOfWork, viewer: Viewer, view: TaskView, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    found = closing.outcomes_for(session, view.task)
    choices = [(each.id, each.name) for each in found if not outcomes.is_closing(each)]
    title = viewer.words.text(mark("How the task about %(name)s stands"), name=view.member_name)
    return show(
        viewer, _sheet(viewer, view, title, viewer.words.text(mark("Save")), "outcome"), fields, errors, choices=choices
    )


def _lifting(viewer: Viewer, view: TaskView, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    title = viewer.words.text(mark("Lift the block of %(name)s?"), name=view.member_name)
    return show(viewer, _sheet(viewer, view, title, viewer.words.text(mark("Lift")), "lift"), fields, errors)


def _sheet(viewer: Viewer, view: TaskView, title: str, button: str, act: str) -> Sheet:
    address = f"/tasks/{view.task.id}"
    return Sheet(
        title=title,
        action=f"{address}/{act}",
        button=button,
        back=address,
        back_text=viewer.words.text(mark("Back to the task")),
        body=f"tasks/{act}_fields.html",
    )
