"""The form of an outcome."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from cloud.action_types import outcomes
from cloud.action_types.models import Outcome
from cloud.action_types.outcomes import OutcomeDetails
from cloud.action_types.pages import terms
from cloud.action_types.schemas import OutcomeIn
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing

router = APIRouter()


@router.get("/settings/tasks/outcomes/new")
def show_new_outcome(viewer: Viewer = viewing("action_types.write")) -> Response:
    """An empty form."""
    return _form(viewer, None, {"state_class": "closed_positive"})


@router.post("/settings/tasks/outcomes")
def create_outcome(session: Transaction, form: Submission = submitting("action_types.write")) -> Response:
    """Add the outcome."""
    with attempt(session, form.viewer.words) as errors:
        outcomes.create(session, form.viewer.signed_in.actor, OutcomeDetails(**_read(form.fields).model_dump()))
    if errors:
        return _form(form.viewer, None, form.fields, errors)
    return go_to(form.viewer, terms.ADDRESS, notice="task_settings_saved")


@router.get("/settings/tasks/outcomes/{outcome_id}")
def show_outcome(outcome_id: str, session: ReadSession, viewer: Viewer = viewing("action_types.write")) -> Response:
    """The form of an outcome, as it is."""
    outcome = outcomes.get(session, outcome_id)
    fields = {"name": outcome.name, "state_class": outcome.state_class}
    fields |= {name: "on" for name in ("keeps_block", "is_obsolete") if getattr(outcome, name)}
    return _form(viewer, outcome, fields)


@router.post("/settings/tasks/outcomes/{outcome_id}")
def change_outcome(
    outcome_id: str, session: Transaction, form: Submission = submitting("action_types.write")
) -> Response:
    """Save the outcome."""
    outcome = outcomes.get(session, outcome_id)
    with attempt(session, form.viewer.words) as errors:
        outcomes.change(session, form.viewer.signed_in.actor, outcome_id, _read(form.fields).model_dump())
    if errors:
        return _form(form.viewer, outcome, form.fields, errors)
    return go_to(form.viewer, terms.ADDRESS, notice="task_settings_saved")


def _form(viewer: Viewer, outcome: Outcome | None, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New outcome")) if outcome is None else say(mark("Outcome")),
        action=f"{terms.ADDRESS}/outcomes" + (f"/{outcome.id}" if outcome else ""),
        button=say(mark("Save")),
        back=terms.ADDRESS,
        back_text=say(terms.BACK),
        body="action_types/outcome_fields.html",
        history=("outcome", outcome.id) if outcome else None,
    )
    return show(viewer, sheet, fields, errors, classes=terms.named(terms.CLASSES, viewer.words))


def _read(fields: Mapping[str, str]) -> OutcomeIn:
    ticks = {name: name in fields for name in ("keeps_block", "is_obsolete")}
    return OutcomeIn.model_validate(
        {"name": fields.get("name", ""), "state_class": fields.get("state_class", ""), **ticks}
    )
