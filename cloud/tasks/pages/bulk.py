"""The same task about everybody whom a search finds: fill in, see the summary and whom it would stop, confirm."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from cloud.action_types import service as action_types
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.explanations.preview import preview_tasks
from cloud.idempotency.service import take_form
from cloud.kit.clock import local_day
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.privacy_purposes import service as purposes
from cloud.privacy_purposes.policy import name_in
from cloud.sites import service as sites
from cloud.tasks import service, task_templates
from cloud.tasks.pages import forms, terms
from cloud.tasks.policy import BULK_MAX
from cloud.tasks.schemas import BulkIn
from cloud.tasks.service import TaskDetails
from cloud.tasks.task_templates import TemplateDetails

_KEPT: Final = ("action_type_id", "operator_id", "text", "complete_by", "purpose_id", "member_ids")

router = APIRouter()


@router.get("/tasks/bulk")
def show_bulk(
    session: ReadSession,
    viewer: Viewer = viewing("tasks.bulk"),
    q: Annotated[str, Query(max_length=200)] = "",
    template: Annotated[str, Query(max_length=24)] = "",
) -> Response:
    """The form for everybody whom the search finds; a template fills it in."""
    found = members.search(session, q, after=None, limit=BULK_MAX).items
    fields = {"q": q, "member_ids": " ".join(member.id for member in found)}
    if template:
        fields |= _filled_in(session, template)
    return _form(session, viewer, fields)


@router.post("/tasks/bulk/summary")
def show_summary(session: Transaction, form: Submission = submitting("tasks.bulk")) -> Response:
    """Whom the bulk is about and whom it would stop; nothing is begun yet. With a name it is kept as a template."""
    with attempt(session, form.viewer.words) as errors:
        body = _read(session, form.fields)
        service.check_details(session, body.model_dump())
        if name := form.fields.get("template_name"):
            days = (body.complete_by - _today(session)).days if body.complete_by else None
            kept = body.model_dump(include={"action_type_id", "operator_id", "text", "purpose_id"})
            details = TemplateDetails(name=name[:80], days_to_complete=days, **kept)
            task_templates.create(session, form.viewer.signed_in.actor, details)
    if errors:
        return _form(session, form.viewer, form.fields, errors)
    kind = action_types.get(session, body.action_type_id)
    left_out = service.find_left_out(session, body.member_ids, body.purpose_id)
    unfit = {*left_out.full_member_ids, *left_out.unwilling_member_ids}
    preview = preview_tasks(session, kind, [each for each in body.member_ids if each not in unfit], body.complete_by)
    stopped, count = len(preview.of("stopped")), len(preview.people)
    sheet = Sheet(
        title=form.viewer.words.text(mark("Summary")),
        action="/tasks/bulk",
        button=form.viewer.words.counted("Begin %(num)s task", "Begin %(num)s tasks", count),
        back="/members",
        back_text=form.viewer.words.text(mark("Back to the members")),
        body="tasks/bulk_summary_fields.html",
        tone="danger" if stopped else "primary",
    )
    kept = {name: form.fields.get(name, "") for name in _KEPT} | {"request_id": new_id("req")}
    context: dict[str, Any] = {"kind": kind, "body": body, "preview": preview, "terms": terms}
    context["purpose"] = name_in(purposes.get(session, body.purpose_id).names, form.viewer.language)
    context["full"] = sorted(members.names_of(session, left_out.full_member_ids).values())
    context["unwilling"] = sorted(members.names_of(session, left_out.unwilling_member_ids).values())
    return show(form.viewer, sheet, kept, **context)


@router.post("/tasks/bulk")
def create_bulk(session: Transaction, form: Submission = submitting("tasks.bulk")) -> Response:
    """Begin the tasks, once however often the summary is sent; the list shows them."""
    with attempt(session, form.viewer.words) as errors:
        body = _read(session, form.fields)
        details = TaskDetails(**body.model_dump(exclude={"member_ids"}))
        if take_form(session, form.viewer.signed_in.staff_id, form.fields.get("request_id", "")):
            service.create_many(session, form.viewer.signed_in.actor, body.member_ids, details)
    if errors:
        return _form(session, form.viewer, form.fields, errors)
    return go_to(form.viewer, f"/tasks?kind={body.action_type_id}", notice="tasks_begun")


def _form(session: UnitOfWork, viewer: Viewer, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    say = viewer.words.text
    ids = _ids(fields)
    sheet = Sheet(
        title=viewer.words.counted(
            "The same task about %(num)s member", "The same task about %(num)s members", len(ids)
        ),
        action="/tasks/bulk/summary",
        button=say(mark("See the summary")),
        back="/members",
        back_text=say(mark("Back to the members")),
        body="tasks/bulk_fields.html",
    )
    templates = task_templates.list_all(session)
    offered = forms.choices(session, viewer.words)
    return show(viewer, sheet, fields, errors, choices=offered, count=len(ids), most=BULK_MAX, templates=templates)


def _ids(fields: Mapping[str, str]) -> Sequence[str]:
    return fields.get("member_ids", "").split()


def _read(session: UnitOfWork, fields: Mapping[str, str]) -> BulkIn:
    values = forms.read_task(fields, sites.zone_of_days(session)) | {"action_type_id": fields.get("action_type_id", "")}
    return BulkIn.model_validate(values | {"member_ids": list(_ids(fields))})


def _today(session: UnitOfWork) -> date:
    return local_day(session.now, sites.zone_of_days(session))


def _filled_in(session: UnitOfWork, template_id: str) -> dict[str, str]:
    template = task_templates.get(session, template_id)
    due = task_templates.complete_by(template, _today(session))
    known = {
        "action_type_id": template.action_type_id,
        "operator_id": template.operator_id,
        "text": template.text,
        "complete_by": str(due) if due else None,
        "purpose_id": template.purpose_id,
    }
    return {name: value for name, value in known.items() if value}
