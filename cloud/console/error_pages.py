"""Errors as pages in the person's language, with what to do next. The API has its own shape (problem+json).

Nobody signed in: led to the sign-in page and back afterwards. Who may not see the front desk begins elsewhere. A
fragment's error is shown in the page's dialog.
"""

import logging
from typing import Final
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from cloud.console.languages import mark
from cloud.console.navigation import first_page_of
from cloud.console.rendering import render
from cloud.console.viewer import Visitor, visitor_of
from cloud.database import Database
from cloud.errors import CloudError, UnauthenticatedError
from cloud.staff.api import find_cookie_staff

logger = logging.getLogger(__name__)

TEXTS: Final = {
    403: (mark("You may not do this"), mark("Your role does not allow it. Ask a manager or an administrator.")),
    404: (
        mark("There is no such page"),
        mark("The address is wrong, or what it showed is gone. Search for it instead."),
    ),
    405: (mark("This cannot be opened directly"), mark("Go back and use the button on the page.")),
    409: (mark("It has changed meanwhile"), mark("Somebody else was quicker. Look at how it is now, and try again.")),
    422: (mark("Something in the request is wrong"), mark("Go back and check what you entered.")),
    429: (mark("Too many attempts"), mark("Wait a few minutes and try again.")),
    503: (mark("The service is busy"), mark("The database does not answer. Try again in a moment.")),
    500: (
        mark("Something broke on our side"),
        mark("It is written down. Try again; if it stays, tell your administrator."),
    ),
}
_CSRF_TEXT: Final = mark("The page was open for too long. Load it again and repeat what you did.")


async def show_error(request: Request, error: Exception) -> Response:
    """The page for an exception that an endpoint of the console raised."""
    if isinstance(error, UnauthenticatedError):
        return _lead_to_sign_in(request)
    status = _status_of(error)
    if status >= 500 or isinstance(error, IntegrityError | StaleDataError):
        logger.error("page %s failed", request.url.path, exc_info=error)
    known = status if status in TEXTS else (500 if status >= 500 else 422)
    title, advice = TEXTS[known]
    if isinstance(error, CloudError) and error.code == "csrf_token_wrong":
        advice = _CSRF_TEXT
    visitor = _visitor(request)
    if status == 403 and request.method == "GET" and request.url.path == "/":
        return RedirectResponse(first_page_of(visitor), status_code=303)
    template = "console/error_dialog.html" if visitor.is_fragment else "console/error.html"
    response = render(visitor, template, status=status, title=title, advice=advice, status_shown=status)
    if visitor.is_fragment:
        # A part that refreshes itself keeps what it shows; whoever pressed a button is told.
        is_awaited = request.headers.get("hx-target") == "dialog#dialog"
        response.headers["HX-Reswap"] = "innerHTML" if is_awaited else "none"
    return response


def _status_of(error: Exception) -> int:
    if isinstance(error, CloudError):
        return error.status
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, RequestValidationError):
        return 422
    if isinstance(error, IntegrityError | StaleDataError):
        return 409
    return 503 if isinstance(error, OperationalError | PoolTimeoutError) else 500


def _visitor(request: Request) -> Visitor:
    database: Database = request.app.state.database
    try:
        staff = find_cookie_staff(request, database)
    except Exception:  # the database itself may be what failed; the page is shown all the same
        logger.exception("cannot tell who is signed in")
        staff = None
    return visitor_of(request, database.clock(), staff)


def _lead_to_sign_in(request: Request) -> Response:
    target = "/sign-in"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": target})
    if request.method == "GET" and request.url.path != "/":
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target += "?" + urlencode({"next": address})
    return RedirectResponse(target, status_code=303)
