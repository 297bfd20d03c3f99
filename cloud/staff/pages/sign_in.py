"""Pages to sign in and out, and the choice of language."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from cloud.api import AppDatabase, Transaction
from cloud.console.languages import LANGUAGES, mark
from cloud.console.navigation import first_page_of
from cloud.console.notices import leave_notice
from cloud.console.rendering import go_to, render
from cloud.console.viewer import CurrentSubmission, CurrentVisitor, Viewer, Visitor
from cloud.errors import CloudError, ForbiddenError, TooManyRequestsError, UnauthenticatedError
from cloud.kit.passwords import PASSWORD_CHARACTERS_MAX
from cloud.staff import service
from cloud.staff.api import COOKIE, caller_of
from cloud.staff.relying_party import relying_party
from cloud.staff.service import SESSION_LIFE, SignedIn
from cloud.staff.signing_in import SecondFactorError, SignInGuard, sign_in_by_ticket
from cloud.staff.signing_in import sign_in as enter

EMAIL_CHARACTERS_MAX: Final = 254
_WRONG: Final = mark("The e-mail address or the password is wrong.")
_PROBLEMS: Final = {
    "too_many_sign_ins": mark("Too many attempts. Wait a few minutes and try again."),
    "wrong_code": mark("The code is wrong. Type the one that the app shows now, or a recovery code."),
    "ticket_over": mark("That took too long. Begin again with your password."),
    "passkey_over": mark("That took too long. Try again."),
    "passkey_refused": mark("This passkey is not known here. Sign in with your password."),
    "passkey_copied": mark("This passkey seems to have been copied: remove it, and sign in with your password."),
}

router = APIRouter()


@router.get("/sign-in")
def show_sign_in(request: Request, visitor: CurrentVisitor, next: str = "/") -> Response:  # noqa: A002  the field's name in the address
    """The form; whoever is signed in already goes on."""
    if isinstance(visitor, Viewer):
        return go_to(visitor, first_page(visitor.signed_in, next))
    return show_form(request, visitor, next)


@router.post("/sign-in")
def sign_in(
    request: Request,
    visitor: CurrentVisitor,
    database: AppDatabase,
    *,
    email: Annotated[str, Form(max_length=EMAIL_CHARACTERS_MAX)] = "",
    password: Annotated[str, Form(max_length=PASSWORD_CHARACTERS_MAX)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    """Open a session and keep its token in the browser's cookie."""
    check_origin(request)
    guard: SignInGuard = request.app.state.sign_in_guard
    try:
        opened = enter(database, guard, email=email, password=password, caller=caller_of(request))
    except SecondFactorError as error:
        return render(visitor, "staff/sign_in_code.html", next=next, ticket=error.ticket, problem=None)
    except (UnauthenticatedError, TooManyRequestsError) as error:
        return _form(request, visitor, next, email.strip(), error)
    return welcome(request, *opened, next)


@router.post("/sign-in/code")
def give_code(
    request: Request,
    visitor: CurrentVisitor,
    database: AppDatabase,
    *,
    ticket: Annotated[str, Form(max_length=200)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    """The second step of those who have a second factor."""
    check_origin(request)
    guard: SignInGuard = request.app.state.sign_in_guard
    try:
        opened = sign_in_by_ticket(database, guard, ticket=ticket, code=code, caller=caller_of(request))
    except (UnauthenticatedError, TooManyRequestsError) as error:
        if error.code == "ticket_over":
            return show_form(request, visitor, next, problem=error)
        problem = visitor.words.text(_PROBLEMS.get(error.code, _WRONG))
        return render(
            visitor, "staff/sign_in_code.html", status=error.status, next=next, ticket=ticket, problem=problem
        )
    return welcome(request, *opened, next)


@router.post("/sign-out")
def sign_out(form: CurrentSubmission, session: Transaction) -> Response:
    """End the session and forget its cookie."""
    service.sign_out(session, form.viewer.signed_in)
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(COOKIE)
    leave_notice(response, "signed_out")
    return response


@router.post("/language")
def choose_language(form: CurrentSubmission, session: Transaction) -> Response:
    """Let the console speak another language to this person, from now on and on every device."""
    language = form.fields.get("language", "")
    if language in LANGUAGES:
        service.change_locale(session, form.viewer.signed_in, language)
    return go_to(form.viewer, own_address(form.fields.get("next", "/")))


def first_page(staff: SignedIn, wanted: str) -> str:
    """Where to go after signing in: what was asked for, else the first page that the person may see."""
    address = own_address(wanted)
    return first_page_of(staff) if address == "/" else address


def own_address(address: str) -> str:
    """The address if it leads to a page of this console, else the first page: never to another host."""
    is_own = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if is_own else "/"


def show_form(request: Request, visitor: Visitor, wanted: str, *, problem: CloudError | None = None) -> Response:
    """The form, empty or with what went wrong."""
    return _form(request, visitor, wanted, "", problem)


def check_origin(request: Request) -> None:
    """Raise ForbiddenError where another site sent the form."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForbiddenError("csrf_token_wrong", "The sign-in form of another site was used.")


def _form(request: Request, visitor: Visitor, wanted: str, email: str, problem: CloudError | None) -> Response:
    return render(
        visitor,
        "staff/sign_in.html",
        status=problem.status if problem else 200,
        next=wanted,
        email=email,
        problem=visitor.words.text(_PROBLEMS.get(problem.code, _WRONG)) if problem else None,
        party=relying_party(request.app.state.settings, str(request.url)),
    )


def welcome(request: Request, signed_in: SignedIn, token: str, wanted: str) -> Response:
    """Lead on whoever has signed in, their token in a cookie that no script reads."""
    response = RedirectResponse(first_page(signed_in, wanted), status_code=303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response
