"""Begin a task from the member card, or as the next one after another was closed."""

from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.members import service as members
from cloud.members.models import Member
from cloud.sites import service as sites
from cloud.tasks import service
from cloud.tasks.pages import forms
from cloud.tasks.schemas import TaskIn
from cloud.tasks.service import TaskDetails

router = APIRouter()


@router.get("/members/{member_id}/tasks/new")
def show_new_task(
    member_id: str,
    session: ReadSession,
    viewer: Viewer = viewing("tasks.write"),
    after: Annotated[str, Query(max_length=24)] = "",
) -> Response:
    """An empty form with the default type; after a closed task with its type, operator and status."""
    fields = {"operator_id": viewer.signed_in.staff_id}
    if after:
        done = service.get(session, after)
        known = {"action_type_id": done.action_type_id, "operator_id": done.operator_id}
        known |= {"enquiry_status_id": done.enquiry_status_id, "purpose_id": done.purpose_id}
        fields = {name: value for name, value in known.items() if value}
    return _form(session, viewer, members.get(session, member_id), fields)


@router.post("/members/{member_id}/tasks")
def create_task(member_id: str, session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Begin the task; what it does at the gate is on its way then."""
    member = members.get(session, member_id)
    zone = ZoneInfo(sites.get_site(session, member.site_id).time_zone)
    with attempt(session, form.viewer.words) as errors:
        values = forms.read_task(form.fields, zone) | {"action_type_id": form.fields.get("action_type_id", "")}
        details = TaskDetails(**TaskIn.model_validate(values).model_dump())
        service.create(session, form.viewer.signed_in.actor, member_id, details)
    if errors:
        return _form(session, form.viewer, member, form.fields, errors)
    return go_to(form.viewer, f"/members/{member_id}", notice="task_begun")


def _form(
    session: UnitOfWork, viewer: Viewer, member: Member, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New task about %(name)s"), name=member.name),
        action=f"/members/{member.id}/tasks",
        button=say(mark("Begin the task")),
        back=f"/members/{member.id}",
        back_text=say(mark("Back to the member")),
        body="tasks/task_fields.html",
    )
    return show(viewer, sheet, fields, errors, choices=forms.choices(session, viewer.words), has_type=True)
