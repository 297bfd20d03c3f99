"""One's own account: where one is signed in, the password, the second factor, the list of passkeys."""

from typing import Final

from fastapi import APIRouter, Request, Response

from cloud.api import AppSettings, ReadSession, Transaction
from cloud.console.forms import Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import CurrentSubmission, CurrentViewer, Viewer
from cloud.database import UnitOfWork
from cloud.kit.passwords import is_password
from cloud.staff import employment, passkeys, second_factor, service
from cloud.staff.api import caller_of
from cloud.staff.relying_party import relying_party
from cloud.staff.signing_in import SignInGuard

ADDRESS: Final = "/account"
router = APIRouter()


@router.get("/account")
def show_account(request: Request, session: ReadSession, viewer: CurrentViewer) -> Response:
    """Sessions, password, second factor, passkeys."""
    return account_page(request, session, viewer)


@router.post("/account/sessions/{session_id}/end")
def end_session(session_id: str, session: Transaction, form: CurrentSubmission) -> Response:
    """Sign out somewhere else."""
    employment.end_session(session, form.viewer.signed_in, session_id)
    return go_to(form.viewer, ADDRESS, notice="session_ended")


@router.post("/account/sessions/end-others")
def end_other_sessions(session: Transaction, form: CurrentSubmission) -> Response:
    """Sign out everywhere but here."""
    employment.end_other_sessions(session, form.viewer.signed_in)
    return go_to(form.viewer, ADDRESS, notice="session_ended")


@router.get("/account/password")
def show_own_password(viewer: CurrentViewer) -> Response:
    """Ask for the old and the new one."""
    return _password_form(viewer, {})


@router.post("/account/password")
def change_own_password(request: Request, session: Transaction, form: CurrentSubmission) -> Response:
    """Change it; every other session ends."""
    guard: SignInGuard = request.app.state.sign_in_guard
    attempted = guard.admit_again(form.viewer.signed_in.staff_id, caller_of(request))
    with attempt(session, form.viewer.words) as errors:
        employment.change_own_password(
            session, form.viewer.signed_in, old=form.fields.get("old", ""), new=form.fields.get("password", "")
        )
    if errors:
        return _password_form(form.viewer, errors)
    guard.welcome(attempted)
    return go_to(form.viewer, ADDRESS, notice="staff_saved")


@router.post("/account/second-factor")
def begin_second_factor(session: Transaction, settings: AppSettings, form: CurrentSubmission) -> Response:
    """Show a new secret to type into the app."""
    secret = second_factor.begin(session, form.viewer.signed_in, settings.secret)
    return _secret_form(form.viewer, secret, {})


@router.post("/account/second-factor/confirm")
def confirm_second_factor(session: Transaction, settings: AppSettings, form: CurrentSubmission) -> Response:
    """Take it into use, and show the recovery codes once."""
    viewer = form.viewer
    with attempt(session, viewer.words) as errors:
        codes = second_factor.confirm(session, viewer.signed_in, settings.secret, form.fields.get("code", ""))
    if errors:
        return _secret_form(viewer, form.fields.get("secret", ""), errors)
    return render(viewer, "staff/recovery_codes.html", codes=codes)


@router.post("/account/second-factor/remove")
def remove_second_factor(request: Request, session: Transaction, form: CurrentSubmission) -> Response:
    """Sign in by the password alone; asks for it once more."""
    who = form.viewer.signed_in
    guard: SignInGuard = request.app.state.sign_in_guard
    attempted = guard.admit_again(who.staff_id, caller_of(request))
    person = employment.get(session, who.staff_id)
    if not is_password(form.fields.get("password", ""), person.password_hash):
        return go_to(form.viewer, ADDRESS, notice="password_was_wrong")
    guard.welcome(attempted)
    second_factor.remove(session, who.actor, who.staff_id)
    return go_to(form.viewer, ADDRESS, notice="staff_saved")


def account_page(
    request: Request, session: UnitOfWork, viewer: Viewer, *, problem: str = "", name: str = ""
) -> Response:
    """The page; with what went wrong when a passkey of this name was made."""
    who = viewer.signed_in
    return render(
        viewer,
        "staff/account.html",
        status=422 if problem else 200,
        sessions=employment.list_sessions(session, who.staff_id),
        here=who.session_id,
        has_second=second_factor.is_on(session, who.staff_id),
        codes_left=second_factor.count_recovery_codes(session, who.staff_id),
        passkeys=passkeys.list_of(session, who.staff_id),
        party=relying_party(request.app.state.settings, str(request.url)),
        passkey_problem=problem,
        passkey_name=name,
    )


def _password_form(viewer: Viewer, errors: dict[str, str]) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Change the password")),
        action=f"{ADDRESS}/password",
        button=say(mark("Save")),
        back=ADDRESS,
        back_text=say(mark("My account")),
        body="staff/own_password_fields.html",
    )
    return show(viewer, sheet, {}, errors)


def _secret_form(viewer: Viewer, secret: str, errors: dict[str, str]) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Second factor")),
        action=f"{ADDRESS}/second-factor/confirm",
        button=say(mark("Turn on")),
        back=ADDRESS,
        back_text=say(mark("My account")),
        body="staff/second_factor_fields.html",
        is_whole=True,
    )
    address = service.storable(second_factor.address_of(viewer.signed_in, secret))
    return show(viewer, sheet, {"secret": secret}, errors, address=address)
