"""The form of an action type. Before a change that stops people is saved, they are shown by name."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Response

from cloud.action_types import outcomes, service
from cloud.action_types.models import ActionType
from cloud.action_types.pages import terms
from cloud.action_types.schemas import ActionTypeIn
from cloud.action_types.service import ActionTypeDetails
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.explanations.preview import Preview, preview_type
from cloud.kit.i18n import LANGUAGES

_OUTCOME: Final = "outcome_"
_DEVICE: Final = "device_"
_TEXT: Final = "text_"
_TICKS: Final = ("is_obsolete", "is_default")
_LINES: Final = ("name", "colour", "description", "action_at_access", "operator_hint")
_NAMES: Final = {"texts": "text_en", "device_kinds": "form", "outcome_ids": "form"}

router = APIRouter()


@router.get("/settings/tasks/types/new")
def show_new_type(session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """A form for a type that does nothing at the gate."""
    fields = {"colour": "blue", "action_at_access": "none"} | {_DEVICE + device: "on" for device in terms.DEVICES}
    return _form(session, viewer, None, fields)


@router.post("/settings/tasks/types")
def create_type(session: Transaction, form: Submission = submitting("action_types.write")) -> Response:
    """Add the type; nobody has a task of it yet."""
    with attempt(session, form.viewer.words, _NAMES) as errors:
        service.create(session, form.viewer.signed_in.actor, _read(form.fields))
    if errors:
        return _form(session, form.viewer, None, form.fields, errors)
    return go_to(form.viewer, terms.ADDRESS, notice="task_settings_saved")


@router.get("/settings/tasks/types/{type_id}")
def show_type(type_id: str, session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """The form of a type, as it is."""
    kind = service.get(session, type_id)
    details = service.details_of(session, kind)
    fields = {name: details[name] for name in _LINES}
    fields |= {name: "on" for name in _TICKS if details[name]}
    fields |= {_TEXT + language: text for language, text in details["texts"].items()}
    fields |= {_DEVICE + device: "on" for device in details["device_kinds"] or terms.DEVICES}
    fields |= {_OUTCOME + outcome_id: "on" for outcome_id in details["outcome_ids"]}
    return _form(session, viewer, kind, fields)


@router.post("/settings/tasks/types/{type_id}")
def change_type(type_id: str, session: Transaction, form: Submission = submitting("action_types.write")) -> Response:
    """Save the type; when that stops people, only after they were shown by name."""
    kind = service.get(session, type_id)
    with attempt(session, form.viewer.words, _NAMES) as errors:
        details = _read(form.fields)
        preview = preview_type(session, kind, details)
        is_confirmed = form.fields.get("confirmed") == str(len(preview.of("stopped")))
        if preview.of("stopped") and not is_confirmed:
            return _form(session, form.viewer, kind, form.fields, preview=preview)
        changes = {name: getattr(details, name) for name in ActionTypeDetails.__dataclass_fields__}
        service.change(session, form.viewer.signed_in.actor, type_id, changes)
    if errors:
        return _form(session, form.viewer, kind, form.fields, errors)
    return go_to(form.viewer, terms.ADDRESS, notice="task_settings_saved")


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    kind: ActionType | None,
    fields: Mapping[str, str],
    errors: Errors | None = None,
    *,
    preview: Preview | None = None,
) -> Response:
    say = viewer.words.text
    stopped = len(preview.of("stopped")) if preview else 0
    sheet = Sheet(
        title=say(mark("New action type")) if kind is None else say(mark("Action type")),
        action=f"{terms.ADDRESS}/types" + (f"/{kind.id}" if kind else ""),
        button=viewer.words.counted("Save and stop %(num)s person", "Save and stop %(num)s people", stopped)
        if stopped
        else say(mark("Save")),
        back=terms.ADDRESS,
        back_text=say(terms.BACK),
        body="action_types/type_fields.html",
        history=("action_type", kind.id) if kind else None,
        tone="danger" if stopped else "primary",
    )
    known = [outcome for outcome in outcomes.list_all(session) if not outcome.is_obsolete]
    offered = {
        "colours": terms.named(terms.COLOURS, viewer.words),
        "actions": terms.named(terms.ACTIONS, viewer.words),
        "outcomes": known,
    }
    return show(viewer, sheet, fields, errors, terms=terms, preview=preview, stopped=stopped, **offered)


def _read(fields: Mapping[str, str]) -> ActionTypeDetails:
    """The type as the form says; all kinds of device ticked means every kind that there will ever be."""

    def ticked(prefix: str) -> list[str]:
        return sorted(name.removeprefix(prefix) for name in fields if name.startswith(prefix))

    devices = ticked(_DEVICE)
    values: dict[str, Any] = {name: fields.get(name, "") for name in _LINES}
    values |= {name: name in fields for name in _TICKS}
    values["texts"] = {language: text for language in LANGUAGES if (text := fields.get(_TEXT + language, ""))}
    values["device_kinds"] = [] if set(devices) == set(terms.DEVICES) else devices
    values["outcome_ids"] = ticked(_OUTCOME)
    return ActionTypeDetails(**ActionTypeIn.model_validate(values).model_dump())
