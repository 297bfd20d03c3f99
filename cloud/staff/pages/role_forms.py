"""The roles: a matrix of who may do what, and the forms to edit, add, and take back one."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.staff import roles
from cloud.staff.pages.terms import PERMISSION_NAMES, named_roles, role_name
from cloud.staff.policy import OWNER
from cloud.staff.roles import RoleView

ADDRESS = "/settings/roles"
router = APIRouter()


@router.get("/settings/roles")
def show_roles(session: ReadSession, viewer: Viewer = viewing("roles.write")) -> Response:
    """The matrix."""
    known = roles.list_all(session)
    names = dict(named_roles(known, viewer.words))
    return render(viewer, "staff/roles.html", roles=known, names=names, permissions=PERMISSION_NAMES, owner=OWNER)


@router.get("/settings/roles/new")
def show_new_role(viewer: Viewer = viewing("roles.write")) -> Response:
    """An empty form."""
    return _form(viewer, None, {})


@router.post("/settings/roles")
def create_role(session: Transaction, form: Submission = submitting("roles.write")) -> Response:
    """Make a role of the club's own."""
    who = form.viewer.signed_in
    with attempt(session, form.viewer.words) as errors:
        roles.create(session, who.actor, form.fields.get("name", ""), _ticked(form.fields), granted_by=who.rights)
    if errors:
        return _form(form.viewer, None, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="role_saved")


@router.get("/settings/roles/{key}")
def show_role(key: str, session: ReadSession, viewer: Viewer = viewing("roles.write")) -> Response:
    """The form of a role, as it stands."""
    role = roles.get(session, key)
    return _form(viewer, role, {f"may_{permission}": "on" for permission in role.permissions})


@router.post("/settings/roles/{key}")
def change_role(key: str, session: Transaction, form: Submission = submitting("roles.write")) -> Response:
    """Let a role grant what is ticked."""
    role, who = roles.get(session, key), form.viewer.signed_in
    with attempt(session, form.viewer.words) as errors:
        roles.change(session, who.actor, key, _ticked(form.fields), granted_by=who.rights)
    if errors:
        return _form(form.viewer, role, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="role_saved")


@router.get("/settings/roles/{key}/reset")
def ask_to_reset(key: str, session: ReadSession, viewer: Viewer = viewing("roles.write")) -> Response:
    """Ask once before a role is as delivered again, or deleted."""
    return _reset_form(viewer, roles.get(session, key))


@router.post("/settings/roles/{key}/reset")
def reset_role(key: str, session: Transaction, form: Submission = submitting("roles.write")) -> Response:
    """Take a role back to what it was delivered with, or delete one of the club's own."""
    role, who = roles.get(session, key), form.viewer.signed_in
    with attempt(session, form.viewer.words) as errors:
        roles.reset(session, who.actor, key, granted_by=who.rights)
    if errors:
        return _reset_form(form.viewer, role, errors)
    return go_to(form.viewer, ADDRESS, notice="role_saved")


def _ticked(fields: Mapping[str, str]) -> list[str]:
    return [name.removeprefix("may_") for name in fields if name.startswith("may_")]


def _form(viewer: Viewer, role: RoleView | None, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("New role")) if role is None else role_name(role, viewer.words),
        action=ADDRESS + (f"/{role.key}" if role else ""),
        button=say(mark("Save")),
        back=ADDRESS,
        back_text=say(mark("Roles")),
        body="staff/role_fields.html",
        history=("role", role.key) if role else None,
    )
    return show(viewer, sheet, fields, errors, permissions=PERMISSION_NAMES, is_new=role is None)


def _reset_form(viewer: Viewer, role: RoleView, errors: Errors | None = None) -> Response:
    say, name = viewer.words.text, role_name(role, viewer.words)
    title = mark("Delete the role %(name)s?") if role.is_own else mark("Take %(name)s back to how it was delivered?")
    sheet = Sheet(
        title=say(title, name=name),
        text=say(mark("It holds at the next click of everybody who has the role.")),
        action=f"{ADDRESS}/{role.key}/reset",
        button=say(mark("Delete")) if role.is_own else say(mark("Take back")),
        back=ADDRESS,
        back_text=say(mark("Roles")),
        tone="danger",
    )
    return show(viewer, sheet, {}, errors)
