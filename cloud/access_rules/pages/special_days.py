"""The form of a special day, and its removal from the calendar."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from cloud.access_rules import special_days
from cloud.access_rules.models import SpecialDay
from cloud.access_rules.pages import forms
from cloud.access_rules.schemas import SpecialDayIn
from cloud.access_rules.special_days import SpecialDayDetails
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.sites import service as sites

_FIELDS = ("day", "kind", "name")

router = APIRouter()


@router.get("/access/rules/{site_id}/special-days/new")
def show_new_day(site_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """An empty form."""
    sites.get_site(session, site_id)
    return _form(session, viewer, site_id, {}, {})


@router.post("/access/rules/{site_id}/special-days")
def create_day(site_id: str, session: Transaction, form: Submission = submitting("access_rules.write")) -> Response:
    """Add the day."""
    with attempt(session, form.viewer.words) as errors:
        body = SpecialDayIn.model_validate({name: form.fields.get(name, "") for name in _FIELDS})
        special_days.create(session, form.viewer.signed_in.actor, site_id, SpecialDayDetails(**body.model_dump()))
    if errors:
        return _form(session, form.viewer, site_id, form.fields, errors)
    return forms.done(form.viewer, site_id, "rules_saved")


@router.get("/access/special-days/{special_day_id}/delete")
def ask_to_delete_day(
    special_day_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")
) -> Response:
    """What deleting means."""
    special = special_days.get(session, special_day_id)
    return show(viewer, _question(viewer, special), {})


@router.post("/access/special-days/{special_day_id}/delete")
def delete_day(
    special_day_id: str, session: Transaction, form: Submission = submitting("access_rules.write")
) -> Response:
    """Let it be an ordinary day again."""
    site_id = special_days.get(session, special_day_id).site_id
    special_days.delete(session, form.viewer.signed_in.actor, special_day_id)
    return forms.done(form.viewer, site_id, "rule_deleted")


def _form(session: UnitOfWork, viewer: Viewer, site_id: str, fields: Mapping[str, str], errors: Errors) -> Response:
    title, action = viewer.words.text(mark("New special day")), f"{forms.address_of(site_id)}/special-days"
    sheet = forms.sheet(viewer, site_id, title, action, body="day_fields")
    kinds = sorted({special.kind for special in special_days.list_of_site(session, site_id)})
    return show(viewer, sheet, fields, errors, kinds=kinds)


def _question(viewer: Viewer, special: SpecialDay) -> Sheet:
    say = viewer.words.text
    title = say(mark("Delete the special day %(name)s?"), name=special.name)
    text = say(mark("%(day)s has the hours of its weekday again."), day=viewer.words.day(special.day))
    return forms.question(viewer, special.site_id, title, text, f"/access/special-days/{special.id}/delete")
