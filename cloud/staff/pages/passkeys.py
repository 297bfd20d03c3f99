"""Passkeys in the console: signing in with one, and one's own on the account page. `static/passkeys.js` asks for them.

Each act is two requests: `.../begin` gives what the authenticator is to be asked, as JSON, and leaves a ticket with the
browser; then the form is sent with the authenticator's answer.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse

from cloud.api import AppDatabase, AppSettings, ReadSession, Transaction
from cloud.console.forms import Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import CurrentSubmission, CurrentViewer, CurrentVisitor, Submission
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, TooManyRequestsError, UnauthenticatedError
from cloud.kit.passwords import is_password
from cloud.staff import employment, passkeys
from cloud.staff.api import caller_of
from cloud.staff.pages.account import ADDRESS, account_page
from cloud.staff.pages.sign_in import check_origin, show_form, welcome
from cloud.staff.passkey_challenges import CHALLENGE_LIFE_S, challenge_of, new_ticket, spend
from cloud.staff.passkey_sign_in import request_options, sign_in_by_passkey
from cloud.staff.relying_party import RelyingParty, relying_party
from cloud.staff.signing_in import SignInGuard

_NOT_KEPT: Final = {"Cache-Control": "no-store"}
TICKET_COOKIE: Final = "tornello_passkey"
_TOO_LATE: Final = mark("That took too long. Try again.")
_PROBLEMS: Final = {
    "wrong_password": mark("The password was wrong."),
    "too_many_passkeys": mark("You have 10 passkeys: remove one first."),
    "no_public_url": mark("This console does not know its own address."),
    "too_many_sign_ins": mark("Too many attempts. Wait a few minutes and try again."),
}
router = APIRouter()


@router.post("/sign-in/passkey/begin")
def begin_sign_in(request: Request, database: AppDatabase) -> Response:
    """What authenticators are to be asked."""
    check_origin(request)
    party, ticket = _party(request), new_ticket(database.clock())
    challenge = challenge_of(request.app.state.settings.secret, "sign_in", "", ticket)
    return _asked(request, request_options(party, challenge), ticket)


@router.post("/sign-in/passkey")
def sign_in_with_passkey(
    request: Request,
    visitor: CurrentVisitor,
    database: AppDatabase,
    *,
    answer: Annotated[str, Form(max_length=passkeys.ANSWER_CHARACTERS_MAX)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002  the field's name in the form
) -> Response:
    """Open a session for whom the passkey belongs to."""
    check_origin(request)
    guard: SignInGuard = request.app.state.sign_in_guard
    ticket = request.cookies.get(TICKET_COOKIE, "")
    try:
        opened = sign_in_by_passkey(
            database, guard, _party(request), ticket=ticket, answer=answer, caller=caller_of(request)
        )
    except (UnauthenticatedError, TooManyRequestsError) as error:
        response = show_form(request, visitor, next, problem=error)
    else:
        response = welcome(request, *opened, next)
    response.delete_cookie(TICKET_COOKIE)
    return response


@router.post("/account/passkeys/begin")
def begin_passkey(request: Request, session: ReadSession, form: CurrentSubmission) -> Response:
    """What the authenticator is to make, for whoever says their password once more."""
    ticket = new_ticket(session.now)
    try:
        options = _creation_options(request, session, form, ticket)
    except (ConflictError, TooManyRequestsError) as error:
        problem = form.viewer.words.text(_PROBLEMS[error.code])
        return JSONResponse({"problem": problem}, status_code=error.status, headers=_NOT_KEPT)
    return _asked(request, options, ticket)


@router.post("/account/passkeys")
def create_passkey(request: Request, session: Transaction, settings: AppSettings, form: CurrentSubmission) -> Response:
    """Keep what the authenticator made."""
    viewer, fields = form.viewer, form.fields
    who, ticket = viewer.signed_in, request.cookies.get(TICKET_COOKIE, "")
    challenge = challenge_of(settings.secret, "register", who.session_id, ticket)
    problem = "" if spend(session, challenge, ticket) else viewer.words.text(_TOO_LATE)
    if not problem:
        with attempt(session, viewer.words) as errors:
            name, answer = fields.get("name", ""), fields.get("answer", "")
            passkeys.register(session, who, _party(request), challenge, name=name, answer=answer)
        problem = next(iter(errors.values()), "")
    if problem:
        response = account_page(request, session, viewer, problem=problem, name=fields.get("name", ""))
    else:
        response = go_to(viewer, ADDRESS, notice="passkey_made")
    response.delete_cookie(TICKET_COOKIE)
    return response


@router.get("/account/passkeys/{passkey_id}/remove")
def ask_to_remove_passkey(passkey_id: str, session: ReadSession, viewer: CurrentViewer) -> Response:
    """Ask once."""
    say, passkey = viewer.words.text, passkeys.get_own(session, viewer.signed_in, passkey_id)
    sheet = Sheet(
        title=say(mark("Remove the passkey %(name)s?"), name=passkey.name),
        text=say(mark("It signs nobody in any more. Remove it from the device, too.")),
        action=f"{ADDRESS}/passkeys/{passkey_id}/remove",
        button=say(mark("Remove")),
        back=ADDRESS,
        back_text=say(mark("My account")),
        tone="danger",
    )
    return show(viewer, sheet, {})


@router.post("/account/passkeys/{passkey_id}/remove")
def remove_passkey(passkey_id: str, session: Transaction, form: CurrentSubmission) -> Response:
    """Let it open nothing any more."""
    passkeys.remove(session, form.viewer.signed_in, passkey_id)
    return go_to(form.viewer, ADDRESS, notice="passkey_removed")


def _creation_options(request: Request, session: UnitOfWork, form: Submission, ticket: str) -> str:
    who, party = form.viewer.signed_in, _party(request)
    guard: SignInGuard = request.app.state.sign_in_guard
    attempted = guard.admit_again(who.staff_id, caller_of(request))
    if not is_password(form.fields.get("password", ""), employment.get(session, who.staff_id).password_hash):
        raise ConflictError("wrong_password", "The password is wrong.")
    guard.welcome(attempted)
    challenge = challenge_of(request.app.state.settings.secret, "register", who.session_id, ticket)
    return passkeys.creation_options(session, who, party, challenge)


def _party(request: Request) -> RelyingParty:
    party = relying_party(request.app.state.settings, str(request.url))
    if party is None:
        raise ConflictError("no_public_url", "Passkeys need TORNELLO_PUBLIC_URL, the console's address over HTTPS.")
    return party


def _asked(request: Request, options: str, ticket: str) -> Response:
    response = Response(options, media_type="application/json", headers=_NOT_KEPT)
    response.set_cookie(
        TICKET_COOKIE,
        ticket,
        max_age=CHALLENGE_LIFE_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response
