"""The objections in the settings of tasks, and the form of a task that says which ones stand in the way."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Response

from cloud.action_types.pages.terms import ADDRESS, BACK
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.objections import noting, service
from cloud.objections.models import Objection
from cloud.objections.schemas import ObjectionIn, ObjectionsIn
from cloud.objections.service import ObjectionDetails
from cloud.staff import service as staff
from cloud.tasks.pages.one_task import view_of

_CHOSEN: Final = "objection_"
_NAMES: Final = {"objection_ids": "form"}

router = APIRouter()


@router.get(ADDRESS + "/objections/new")
def show_new_objection(viewer: Viewer = viewing("action_types.write")) -> Response:
    """An empty form."""
    return _form(viewer, None, {})


@router.post(ADDRESS + "/objections")
def create_objection(session: Transaction, form: Submission = submitting("action_types.write")) -> Response:
    """Add the objection."""
    with attempt(session, form.viewer.words) as errors:
        details = ObjectionDetails(**_read(form.fields).model_dump())
        service.create(session, form.viewer.signed_in.actor, details)
    if errors:
        return _form(form.viewer, None, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="task_saved")


@router.get(ADDRESS + "/objections/{objection_id}")
def show_objection(objection_id: str, session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """The form of an objection, as it is."""
    objection = service.get(session, objection_id)
    fields = {"name": objection.name, "answer": objection.answer}
    return _form(viewer, objection, fields | ({"is_obsolete": "on"} if objection.is_obsolete else {}))


@router.post(ADDRESS + "/objections/{objection_id}")
def change_objection(
    objection_id: str, session: Transaction, form: Submission = submitting("action_types.write")
) -> Response:
    """Save the objection; tasks that have it keep it."""
    objection = service.get(session, objection_id)
    with attempt(session, form.viewer.words) as errors:
        changes = _read(form.fields).model_dump()
        service.change(session, form.viewer.signed_in.actor, objection_id, changes)
    if errors:
        return _form(form.viewer, objection, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="task_saved")


@router.get("/tasks/{task_id}/objections")
def show_noting(task_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.write")) -> Response:
    """Every objection with what may be answered, and to whom to pass the task on."""
    chosen = noting.list_of_task(session, task_id)
    return _noting(session, viewer, task_id, {_CHOSEN + each.id: "on" for each in chosen})


@router.post("/tasks/{task_id}/objections")
def note_objections(task_id: str, session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Save what stands in the way, and pass the task on."""
    with attempt(session, form.viewer.words, _NAMES) as errors:
        ids = [name.removeprefix(_CHOSEN) for name in form.fields if name.startswith(_CHOSEN)]
        said = {"operator_id": form.fields.get("operator_id") or None, "text": form.fields.get("text", "")}
        body = ObjectionsIn.model_validate(said | {"objection_ids": ids})
        actor = form.viewer.signed_in.actor
        noting.note(session, actor, task_id, body.objection_ids, operator_id=body.operator_id, text=body.text)
    if errors:
        return _noting(session, form.viewer, task_id, form.fields, errors)
    return go_to(form.viewer, f"/tasks/{task_id}", notice="task_saved")


def _read(fields: Mapping[str, str]) -> ObjectionIn:
    values = {"name": fields.get("name", ""), "answer": fields.get("answer", "").replace("\r\n", "\n")}
    return ObjectionIn.model_validate({**values, "is_obsolete": "is_obsolete" in fields})


def _form(
    viewer: Viewer, objection: Objection | None, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=objection.name if objection else say(mark("New objection")),
        action=f"{ADDRESS}/objections" + (f"/{objection.id}" if objection else ""),
        button=say(mark("Save")),
        back=ADDRESS,
        back_text=say(BACK),
        body="objections/objection_fields.html",
        history=("objection", objection.id) if objection else None,
    )
    return show(viewer, sheet, fields, errors)


def _noting(
    session: UnitOfWork, viewer: Viewer, task_id: str, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    view = view_of(session, task_id)
    sheet = Sheet(
        title=say(mark("What stands in the way of %(name)s"), name=view.member_name),
        action=f"/tasks/{task_id}/objections",
        button=say(mark("Save")),
        back=f"/tasks/{task_id}",
        back_text=say(mark("Back to the task")),
        body="objections/noting_fields.html",
    )
    kept = {each.id for each in noting.list_of_task(session, task_id)}
    offered = [each for each in service.list_all(session) if not each.is_obsolete or each.id in kept]
    operators = [("", say(mark("nobody: it stays where it is")))]
    operators += [(person.id, person.name) for person in staff.list_active(session)]
    return show(viewer, sheet, fields, errors, objections=offered, prefix=_CHOSEN, operators=operators)
