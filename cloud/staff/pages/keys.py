"""API keys: the list, the form to make one, the key as it is shown once, and the question before one is revoked."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.kit.whole_numbers import parse_whole
from cloud.staff import api_keys, service
from cloud.staff.pages.terms import PERMISSION_NAMES

ADDRESS: Final = "/settings/keys"
router = APIRouter()


@router.get("/settings/keys")
def show_keys(session: ReadSession, viewer: Viewer = viewing("api_keys.write")) -> Response:
    """Every key with what it may, when it was used and when it ends."""
    keys = api_keys.list_all(session)
    names = service.names_of(session, {key.staff_id for key in keys})
    return render(viewer, "staff/keys.html", keys=keys, names=names, permissions=PERMISSION_NAMES)


@router.get("/settings/keys/new")
def show_new_key(viewer: Viewer = viewing("api_keys.write")) -> Response:
    """An empty form."""
    return _form(viewer, {"days": "365"})


@router.post("/settings/keys")
def create_key(session: Transaction, form: Submission = submitting("api_keys.write")) -> Response:
    """Make the key, and show it this once."""
    fields, viewer = form.fields, form.viewer
    scopes = [name.removeprefix("may_") for name in fields if name.startswith("may_")]
    days = parse_whole(fields.get("days", "")) or 0
    with attempt(session, viewer.words) as errors:
        key, text = api_keys.create(session, viewer.signed_in, fields.get("name", ""), scopes, days=days)
    if errors:
        return _form(viewer, fields, errors)
    return render(viewer, "staff/key_shown.html", name=key.name, text=text)


@router.get("/settings/keys/{key_id}/revoke")
def ask_to_revoke(key_id: str, session: ReadSession, viewer: Viewer = viewing("api_keys.write")) -> Response:
    """Ask once."""
    say, key = viewer.words.text, api_keys.get(session, key_id)
    sheet = Sheet(
        title=say(mark("Revoke the key %(name)s?"), name=key.name),
        text=say(mark("Programs that use it are refused at once. It cannot be brought back.")),
        action=f"{ADDRESS}/{key_id}/revoke",
        button=say(mark("Revoke")),
        back=ADDRESS,
        back_text=say(mark("API keys")),
        tone="danger",
        history=("api_key", key.id),
    )
    return show(viewer, sheet, {})


@router.post("/settings/keys/{key_id}/revoke")
def revoke_key(key_id: str, session: Transaction, form: Submission = submitting("api_keys.write")) -> Response:
    """Let it open nothing any more."""
    api_keys.revoke(session, form.viewer.signed_in, key_id)
    return go_to(form.viewer, ADDRESS, notice="staff_saved")


def _form(viewer: Viewer, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New API key")),
        action=ADDRESS,
        button=say(mark("Make the key")),
        back=ADDRESS,
        back_text=say(mark("API keys")),
        body="staff/key_fields.html",
    )
    offered = {name: text for name, text in PERMISSION_NAMES.items() if name in viewer.signed_in.rights.anywhere}
    return show(viewer, sheet, fields, errors, permissions=offered)
