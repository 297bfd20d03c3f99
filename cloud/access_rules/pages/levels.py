"""The form of an access level: for each zone never, always, or the hours of a schedule."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Response

from cloud.access_rules import levels, schedules, zones
from cloud.access_rules.models import AccessLevel
from cloud.access_rules.pages import forms
from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.sites import service as sites

ALWAYS: Final = "always"
_PREFIX: Final = "zone_"
_NAMES: Final = {"grants": "form"}

router = APIRouter()


@router.get("/access/rules/{site_id}/levels/new")
def show_new_level(site_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """A form that grants nothing yet."""
    sites.get_site(session, site_id)
    return _form(session, viewer, site_id, None, fields={}, errors={})


@router.post("/access/rules/{site_id}/levels")
def create_level(site_id: str, session: Transaction, form: Submission = submitting("access_rules.write")) -> Response:
    """Add the level."""
    name = form.fields.get("name", "")
    with attempt(session, form.viewer.words, _NAMES) as errors:
        levels.create(session, form.viewer.signed_in.actor, site_id, name, _read(form.fields))
    if errors:
        return _form(session, form.viewer, site_id, None, fields=form.fields, errors=errors)
    return forms.done(form.viewer, site_id, "rules_saved")


@router.get("/access/levels/{level_id}")
def show_level(level_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")) -> Response:
    """The form of a level, as it is."""
    level = levels.get(session, level_id)
    grants = levels.grants_of(level).items()
    fields = {"name": level.name} | {f"{_PREFIX}{zone_id}": schedule_id or ALWAYS for zone_id, schedule_id in grants}
    return _form(session, viewer, level.site_id, level, fields=fields, errors={})


@router.post("/access/levels/{level_id}")
def change_level(level_id: str, session: Transaction, form: Submission = submitting("access_rules.write")) -> Response:
    """Save the level."""
    level = levels.get(session, level_id)
    site_id, actor = level.site_id, form.viewer.signed_in.actor
    with attempt(session, form.viewer.words, _NAMES) as errors:
        levels.change(session, actor, level_id, name=form.fields.get("name", ""), grants=_read(form.fields))
    if errors:
        return _form(session, form.viewer, site_id, level, fields=form.fields, errors=errors)
    return forms.done(form.viewer, site_id, "rules_saved")


@router.get("/access/levels/{level_id}/delete")
def ask_to_delete_level(
    level_id: str, session: ReadSession, viewer: Viewer = viewing("access_rules.write")
) -> Response:
    """What deleting means."""
    level = levels.get(session, level_id)
    return show(viewer, _delete_question(viewer, level), {})


@router.post("/access/levels/{level_id}/delete")
def delete_level(level_id: str, session: Transaction, form: Submission = submitting("access_rules.write")) -> Response:
    """Delete the level."""
    level = levels.get(session, level_id)
    with attempt(session, form.viewer.words) as errors:
        levels.delete(session, form.viewer.signed_in.actor, level_id)
    if errors:
        return show(form.viewer, _delete_question(form.viewer, level), {}, errors)
    return forms.done(form.viewer, level.site_id, "rule_deleted")


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    site_id: str,
    level: AccessLevel | None,
    *,
    fields: Mapping[str, str],
    errors: Errors,
) -> Response:
    say = viewer.words.text
    if level is None:
        title, action = say(mark("New access level")), f"{forms.address_of(site_id)}/levels"
    else:
        title, action = say(mark("Access level")), f"/access/levels/{level.id}"
    history = ("access_level", level.id) if level else None
    return show(
        viewer,
        forms.sheet(viewer, site_id, title, action, body="level_fields", history=history),
        fields,
        errors,
        zones=zones.list_of_site(session, site_id),
        schedules=schedules.list_of_site(session, site_id),
    )


def _read(fields: Mapping[str, str]) -> dict[str, str | None]:
    chosen = {name.removeprefix(_PREFIX): value for name, value in fields.items() if name.startswith(_PREFIX)}
    return {zone_id: None if value == ALWAYS else value for zone_id, value in chosen.items() if value}


def _delete_question(viewer: Viewer, level: AccessLevel) -> Sheet:
    say = viewer.words.text
    title, text = say(mark("Delete the access level %(name)s?"), name=level.name), say(mark("This cannot be undone."))
    return forms.question(viewer, level.site_id, title, text, f"/access/levels/{level.id}/delete")
