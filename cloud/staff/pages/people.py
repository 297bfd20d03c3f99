"""Who works here: the list, and the forms to hire, to give roles, to set a password, to let go."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import LANGUAGES, mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.sites import service as sites
from cloud.staff import employment, roles
from cloud.staff.models import Staff
from cloud.staff.pages.terms import named_roles
from cloud.staff.service import StaffDetails

ADDRESS = "/settings/staff"
_AS_EVERYWHERE = "same"
router = APIRouter()


@router.get("/settings/staff")
def show_staff(session: ReadSession, viewer: Viewer = viewing("staff.write")) -> Response:
    """Everybody, with their roles and where they are signed in."""
    names = dict(named_roles(roles.list_all(session), viewer.words))
    clubs = sites.list_sites(session)
    people = employment.list_all(session)
    at_sites = {person.id: roles.site_roles_of(session, person.id) for person in people if person.has_site_roles}
    return render(viewer, "staff/people.html", people=people, names=names, clubs=clubs, at_sites=at_sites)


@router.get("/settings/staff/new")
def show_new_staff(session: ReadSession, viewer: Viewer = viewing("staff.write")) -> Response:
    """An empty form."""
    return _hire_form(session, viewer, {"role": "receptionist", "locale": viewer.language})


@router.post("/settings/staff")
def hire_staff(session: Transaction, form: Submission = submitting("staff.write")) -> Response:
    """Add somebody who may sign in."""
    fields = form.fields
    details = StaffDetails(
        email=fields.get("email", ""),
        name=fields.get("name", ""),
        role=fields.get("role", ""),
        locale=fields.get("locale", ""),
    )
    with attempt(session, form.viewer.words) as errors:
        employment.hire(session, form.viewer.signed_in, details, password=fields.get("password", ""))
    if errors:
        return _hire_form(session, form.viewer, fields, errors)
    return go_to(form.viewer, ADDRESS, notice="staff_saved")


@router.get("/settings/staff/{staff_id}/roles")
def show_roles_of(staff_id: str, session: ReadSession, viewer: Viewer = viewing("staff.write")) -> Response:
    """The roles of somebody: everywhere, and at each site."""
    person = employment.get(session, staff_id)
    at_sites = roles.site_roles_of(session, staff_id)
    fields = {"role": person.role}
    fields |= {f"at_{site.id}": at_sites.get(site.id, _AS_EVERYWHERE) for site in sites.list_sites(session)}
    return _roles_form(session, viewer, person, fields)


@router.post("/settings/staff/{staff_id}/roles")
def change_roles_of(staff_id: str, session: Transaction, form: Submission = submitting("staff.write")) -> Response:
    """Give somebody other roles."""
    person = employment.get(session, staff_id)
    known = [site.id for site in sites.list_sites(session)]
    at_sites = {site_id: form.fields.get(f"at_{site_id}", _AS_EVERYWHERE) for site_id in known}
    at_sites = {site_id: role for site_id, role in at_sites.items() if role != _AS_EVERYWHERE}
    with attempt(session, form.viewer.words) as errors:
        employment.change_roles(session, form.viewer.signed_in, staff_id, form.fields.get("role", ""), at_sites)
    if errors:
        return _roles_form(session, form.viewer, person, form.fields, errors)
    return go_to(form.viewer, ADDRESS, notice="staff_saved")


@router.get("/settings/staff/{staff_id}/password")
def show_password_of(staff_id: str, session: ReadSession, viewer: Viewer = viewing("staff.write")) -> Response:
    """Ask for somebody's new password."""
    return _password_form(viewer, employment.get(session, staff_id))


@router.post("/settings/staff/{staff_id}/password")
def set_password_of(staff_id: str, session: Transaction, form: Submission = submitting("staff.write")) -> Response:
    """Set it; they are signed out everywhere."""
    person = employment.get(session, staff_id)
    with attempt(session, form.viewer.words) as errors:
        employment.set_password(session, form.viewer.signed_in, staff_id, form.fields.get("password", ""))
    if errors:
        return _password_form(form.viewer, person, errors)
    return go_to(form.viewer, ADDRESS, notice="staff_saved")


@router.get("/settings/staff/{staff_id}/leave")
def ask_to_leave(staff_id: str, session: ReadSession, viewer: Viewer = viewing("staff.write")) -> Response:
    """Ask once whether somebody works here no more."""
    return _leave_form(viewer, employment.get(session, staff_id))


@router.post("/settings/staff/{staff_id}/leave")
def let_go(staff_id: str, session: Transaction, form: Submission = submitting("staff.write")) -> Response:
    """Sign them out everywhere and let them sign in no more."""
    person = employment.get(session, staff_id)
    with attempt(session, form.viewer.words) as errors:
        employment.set_active(session, form.viewer.signed_in, staff_id, is_active=False)
    if errors:
        return _leave_form(form.viewer, person, errors)
    return go_to(form.viewer, ADDRESS, notice="staff_saved")


@router.post("/settings/staff/{staff_id}/return")
def take_back(staff_id: str, session: Transaction, form: Submission = submitting("staff.write")) -> Response:
    """Let them sign in again."""
    employment.set_active(session, form.viewer.signed_in, staff_id, is_active=True)
    return go_to(form.viewer, ADDRESS, notice="staff_saved")


def _hire_form(
    session: UnitOfWork, viewer: Viewer, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = _sheet(viewer, say(mark("New member of staff")), "", say(mark("Add")), "staff/hire_fields.html")
    shown = {name: value for name, value in fields.items() if name != "password"}
    known = named_roles(roles.list_all(session), viewer.words)
    return show(viewer, sheet, shown, errors, roles=known, locales=list(LANGUAGES.items()))


def _roles_form(
    session: UnitOfWork, viewer: Viewer, person: Staff, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    title = say(mark("Roles of %(name)s"), name=person.name)
    sheet = _sheet(viewer, title, f"/{person.id}/roles", say(mark("Save")), "staff/roles_of_fields.html")
    known = named_roles(roles.list_all(session), viewer.words)
    elsewhere = [(_AS_EVERYWHERE, say(mark("As everywhere"))), ("", say(mark("None"))), *known]
    clubs = sites.list_sites(session)
    return show(viewer, sheet, fields, errors, roles=known, elsewhere=elsewhere, clubs=clubs)


def _password_form(viewer: Viewer, person: Staff, errors: Errors | None = None) -> Response:
    say = viewer.words.text
    title = say(mark("New password of %(name)s"), name=person.name)
    sheet = _sheet(viewer, title, f"/{person.id}/password", say(mark("Save")), "staff/password_fields.html")
    return show(viewer, sheet, {}, errors)


def _leave_form(viewer: Viewer, person: Staff, errors: Errors | None = None) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Does %(name)s work here no more?"), name=person.name),
        text=say(mark("They are signed out everywhere at once. What they did stays in the history, with their name.")),
        action=f"{ADDRESS}/{person.id}/leave",
        button=say(mark("Works here no more")),
        back=ADDRESS,
        back_text=say(mark("Staff")),
        tone="danger",
    )
    return show(viewer, sheet, {}, errors)


def _sheet(viewer: Viewer, title: str, path: str, button: str, body: str) -> Sheet:
    back_text = viewer.words.text(mark("Staff"))
    return Sheet(title=title, action=ADDRESS + path, button=button, back=ADDRESS, back_text=back_text, body=body)
