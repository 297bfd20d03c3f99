"""Plan an operation or change it: fill in, see whom it would touch and stop, confirm."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Response

from cloud.access_rules import hours_text
from cloud.access_rules.hours_text import HoursTextError
from cloud.action_types import service as action_types
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.saved_searches import service as saved_searches
from cloud.saved_searches.finding import Moment
from cloud.scheduled_operations import looking, policy, service
from cloud.scheduled_operations.models import ScheduledOperation
from cloud.scheduled_operations.pages import terms
from cloud.scheduled_operations.schemas import OperationIn
from cloud.scheduled_operations.service import OperationDetails
from cloud.sites import service as sites
from cloud.tasks.pages import forms
from cloud.tasks.pages import terms as task_terms

_LINES: Final = ("name", "search_id", "action_type_id", "purpose_id", "starts_on")
_OPTIONAL: Final = ("operator_id", "days_to_complete", "ends_on")
_WEEKDAY: Final = "weekday_"
_NAMES: Final = {"minute_of_day": "at"}

router = APIRouter()


@router.get("/settings/operations/new/{site_id}")
def show_new_operation(site_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.bulk")) -> Response:
    """An empty form: each day at seven, from today on, to be completed on the same day."""
    today = Moment.at(session.now, sites.get_site(session, site_id).time_zone).today
    fields = {"kind": "recurring", "at": "07:00", "starts_on": str(today), "days_to_complete": "0"}
    fields |= {f"{_WEEKDAY}{number}": "on" for number in policy.WEEK}
    return _form(session, viewer, _address_of_new(site_id), fields)


@router.post("/settings/operations/new/{site_id}/summary")
def show_new_summary(site_id: str, session: Transaction, form: Submission = submitting("tasks.bulk")) -> Response:
    """Whom it would touch and stop if it ran now; nothing is saved yet."""
    with attempt(session, form.viewer.words, _NAMES) as errors:
        details = _read(form.fields)
        service.check(session, site_id, details)
    if errors:
        return _form(session, form.viewer, _address_of_new(site_id), form.fields, errors)
    return summary(session, form, site_id, details, action=_address_of_new(site_id))


@router.post("/settings/operations/new/{site_id}")
def create_operation(site_id: str, session: Transaction, form: Submission = submitting("tasks.bulk")) -> Response:
    """Plan it."""
    with attempt(session, form.viewer.words, _NAMES) as errors:
        service.create(session, form.viewer.signed_in.actor, site_id, _read(form.fields))
    if errors:
        return _form(session, form.viewer, _address_of_new(site_id), form.fields, errors)
    return go_to(form.viewer, terms.ADDRESS, notice="task_saved")


@router.get("/settings/operations/{scheduled_operation_id}/edit")
def show_operation_form(
    scheduled_operation_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.bulk")
) -> Response:
    """The form of an operation, as it is."""
    operation = service.get(session, scheduled_operation_id)
    known = {name: getattr(operation, name) for name in (*_LINES, *_OPTIONAL, "text")}
    fields = {name: str(value) for name, value in known.items() if value is not None}
    fields |= {"kind": "single" if operation.is_single else "recurring"}
    fields |= {"at": hours_text.write_minute(operation.minute_of_day)}
    fields |= {f"{_WEEKDAY}{number}": "on" for number in operation.weekdays}
    return _form(session, viewer, _address_of(operation), fields)


@router.post("/settings/operations/{scheduled_operation_id}/summary")
def show_summary(
    scheduled_operation_id: str, session: Transaction, form: Submission = submitting("tasks.bulk")
) -> Response:
    """Whom it would touch and stop after the change, if it ran now; nothing is saved yet."""
    operation = service.get(session, scheduled_operation_id)
    with attempt(session, form.viewer.words, _NAMES) as errors:
        details = _read(form.fields, is_active=operation.is_active)
        service.check(session, operation.site_id, details)
    if errors:
        return _form(session, form.viewer, _address_of(operation), form.fields, errors)
    action = _address_of(operation)
    return summary(session, form, operation.site_id, details, action=action, operation_id=operation.id)


@router.post("/settings/operations/{scheduled_operation_id}")
def change_operation(
    scheduled_operation_id: str, session: Transaction, form: Submission = submitting("tasks.bulk")
) -> Response:
    """Save the change."""
    operation = service.get(session, scheduled_operation_id)
    with attempt(session, form.viewer.words, _NAMES) as errors:
        details = _read(form.fields, is_active=operation.is_active)
        changes = {name: getattr(details, name) for name in OperationDetails.__dataclass_fields__}
        service.change(session, form.viewer.signed_in.actor, operation.id, changes)
    if errors:
        return _form(session, form.viewer, _address_of(operation), form.fields, errors)
    return go_to(form.viewer, terms.ADDRESS, notice="task_saved")


def summary(
    session: UnitOfWork,
    form: Submission | Viewer,
    site_id: str,
    details: OperationDetails,
    *,
    action: str,
    operation_id: str | None = None,
) -> Response:
    """Whom it would touch and stop, with the button that saves what a form says, or resumes it."""
    viewer, fields = (form, {}) if isinstance(form, Viewer) else (form.viewer, form.fields)
    found = looking.look(session, site_id, details, operation_id)
    stopped = found.preview.of("stopped")
    say = viewer.words.text
    sheet = Sheet(
        title=details.name,
        text=say(mark("If it ran now:")),
        action=action,
        button=say(mark("Save")) if fields else say(mark("Resume")),
        back=terms.ADDRESS,
        back_text=say(terms.BACK),
        body="scheduled_operations/summary_fields.html",
        tone="danger" if stopped else "primary",
    )
    kind = action_types.get(session, details.action_type_id)
    return show(
        viewer, sheet, fields, look=found, kind=kind, terms=terms, task_terms=task_terms, most=policy.PEOPLE_MAX
    )


def _form(
    session: UnitOfWork, viewer: Viewer, action: str, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Scheduled operation")),
        action=f"{action}/summary",
        button=say(mark("See the summary")),
        back=terms.ADDRESS,
        back_text=say(terms.BACK),
        body="scheduled_operations/operation_fields.html",
    )
    searches = [(search.id, search.name) for search in saved_searches.list_schedulable(session)]
    weekdays = [(f"{_WEEKDAY}{number}", name) for number, name in enumerate(viewer.words.weekdays(), start=1)]
    kinds = [(value, say(text)) for value, text in terms.KINDS.items()]
    choices = forms.choices(session, viewer.words)
    return show(viewer, sheet, fields, errors, searches=searches, weekdays=weekdays, kinds=kinds, choices=choices)


def _read(fields: Mapping[str, str], *, is_active: bool = True) -> OperationDetails:
    values: dict[str, Any] = {name: fields.get(name, "") for name in (*_LINES, "text")}
    values |= {name: fields.get(name) or None for name in _OPTIONAL}
    values["is_single"] = fields.get("kind") == "single"
    values["weekdays"] = [number for number in policy.WEEK if f"{_WEEKDAY}{number}" in fields]
    try:
        values["minute_of_day"] = hours_text.parse_minute(fields.get("at", "")) % policy.MINUTES_OF_DAY
    except HoursTextError as error:
        raise invalid_field("minute_of_day", "time_wrong", "Use a time of day.") from error
    return OperationDetails(**OperationIn.model_validate(values | {"is_active": is_active}).model_dump())


def _address_of_new(site_id: str) -> str:
    return f"{terms.ADDRESS}/new/{site_id}"


def _address_of(operation: ScheduledOperation) -> str:
    return f"{terms.ADDRESS}/{operation.id}"
