"""Sessions over HTTP, and the two dependencies that guard every other endpoint: `CurrentStaff`, `require`.

A request proves who it is by a bearer token or by the cookie; with the cookie every change also needs the CSRF token.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import State

from cloud.api import AppDatabase, Transaction, problems
from cloud.database import Database, UnitOfWork
from cloud.errors import ForbiddenError, TooManyRequestsError, UnauthenticatedError
from cloud.kit.attempts import AttemptLimiter
from cloud.plain_rows import VISIBLE_SITES
from cloud.staff import api_keys, service
from cloud.staff.policy import Permission
from cloud.staff.schemas import SessionOut, SignInRequest
from cloud.staff.service import SignedIn
from cloud.staff.signing_in import Caller, SignInGuard, sign_in
from cloud.staff.site_rights import LISTED, permissions_for, visible_sites

COOKIE: Final = "tornello_session"
CSRF_HEADER: Final = "x-csrf-token"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

router = APIRouter(tags=["sessions"])


def find_cookie_staff(request: Request, database: Database) -> SignedIn | None:
    """Who is signed in by the browser's cookie, without any check of CSRF (that is the caller's part)."""
    return _find(database, request.cookies.get(COOKIE, ""), request)


def is_csrf_token(signed_in: SignedIn, token: str) -> bool:
    """Whether the token is the one of this session; compared in constant time."""
    return hmac.compare_digest(signed_in.csrf_token.encode(), token.encode(errors="replace"))


def _current_staff(request: Request, database: AppDatabase) -> SignedIn:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and api_keys.is_key(bearer.strip()):
        signed_in = _find_by_key(database, bearer.strip(), request)
    elif scheme.lower() == "bearer":
        signed_in = _find(database, bearer.strip(), request)
    else:
        signed_in = find_cookie_staff(request, database)
        if signed_in and request.method not in _SAFE_METHODS:
            _check_csrf(signed_in, request.headers.get(CSRF_HEADER, ""))
    if signed_in is None:
        raise UnauthenticatedError("not_signed_in", "Sign in with POST /api/v1/sessions.")
    return signed_in


CurrentStaff = Annotated[SignedIn, Depends(_current_staff)]


def require(permission: Permission) -> Any:
    """The default of a parameter `staff: SignedIn`: who is signed in, if they have the permission (else 403)."""

    async def permitted(request: Request, staff: CurrentStaff) -> SignedIn:
        return admit(request, staff, permission)

    return Depends(permitted)


def admit(request: Request, staff: SignedIn, permission: Permission) -> SignedIn:
    """Let the person pass who has the permission, or who reads a list of which they may see a part; else 403."""
    is_part = permission in LISTED and request.method in _SAFE_METHODS and not request.path_params
    if is_part and not staff.may(permission) and permission in staff.rights.anywhere and not _is_stream(request):
        setattr(request.state, VISIBLE_SITES, visible_sites(staff.rights, permission))
        return replace(staff, permissions=staff.permissions | {permission})
    check_permission(staff, permission)
    return staff


def _is_stream(request: Request) -> bool:
    return request.url.path.endswith("/stream")


def check_permission(staff: SignedIn, permission: Permission) -> None:
    """Raise ForbiddenError unless the person has the permission."""
    if not staff.may(permission):
        raise ForbiddenError("not_permitted", f"Your role {staff.role!r} has no permission {permission!r}.")


def check_about(request: Request, session: UnitOfWork, staff: SignedIn, permission: Permission, **named: str) -> None:
    """Check the permission about what a body names beside the address, too, e.g. `member_id`.

    Raises:
        ForbiddenError: it belongs to a site where the person has it not.
    """
    if staff.rights.at_sites and (sites := request.app.state.sites_of_path(session, named)):
        check_permission(replace(staff, permissions=permissions_for(staff.rights, sites)), permission)


@contextmanager
def seeing(session: UnitOfWork, staff: SignedIn, permission: Permission) -> Iterator[None]:
    """Let what is searched inside find only what is of sites where the person has the permission."""
    before = session.info.get(VISIBLE_SITES)
    if staff.rights.at_sites:
        session.info[VISIBLE_SITES] = State({VISIBLE_SITES: visible_sites(staff.rights, permission)})
    try:
        yield
    finally:
        session.info[VISIBLE_SITES] = before


def network_address(request: Request) -> str:
    """Where the request comes from, for limits on attempts."""
    return request.client.host if request.client else "unknown"


def caller_of(request: Request) -> Caller:
    """Where the request comes from, for limits on attempts and the list of sessions."""
    return Caller(address=network_address(request), user_agent=request.headers.get("user-agent", ""))


@router.post("/sessions", status_code=201, responses=problems(401, 422, 429))
def open_session(body: SignInRequest, request: Request, database: AppDatabase) -> SessionOut:
    """Sign in. The answer's token is good for 14 hours or until DELETE."""
    guard: SignInGuard = request.app.state.sign_in_guard
    signed_in, token = sign_in(
        database, guard, email=body.email, password=body.password, caller=caller_of(request), code=body.code
    )
    return SessionOut(
        session_id=signed_in.session_id,
        staff_id=signed_in.staff_id,
        name=signed_in.name,
        role=signed_in.role,
        locale=signed_in.locale,
        permissions=sorted(signed_in.rights.anywhere),
        token=token,
        csrf_token=signed_in.csrf_token,
        expires_at=signed_in.expires_at,
    )


@router.delete("/sessions", status_code=204, responses=problems(401))
def close_session(staff: CurrentStaff, session: Transaction) -> Response:
    """Sign out: the token opens nothing any more."""
    service.sign_out(session, staff)
    return Response(status_code=204)


def _find(database: Database, token: str, request: Request) -> SignedIn | None:
    if not token:
        return None
    with database.session() as session:
        return _here(session, service.find_signed_in(session, token, request_id=request.state.request_id), request)


def _find_by_key(database: Database, text: str, request: Request) -> SignedIn | None:
    holder = api_keys.find_holder(database, text, request.state.request_id)
    if holder is None:
        return None
    guard: AttemptLimiter = request.app.state.api_key_guard
    if wait_s := guard.attempt(text):
        raise TooManyRequestsError(
            "too_many_requests", f"Too many requests of this key. Try again in {wait_s} s.", retry_after_s=wait_s
        )
    with database.session() as session:
        return _here(session, holder, request)


def _here(session: UnitOfWork, found: SignedIn | None, request: Request) -> SignedIn | None:
    """The same person with what they may do about what the request names."""
    if found is None or not found.rights.at_sites:
        return found
    named = request.app.state.sites_of_path(session, request.path_params)
    return replace(found, permissions=permissions_for(found.rights, named))


def _check_csrf(signed_in: SignedIn, token: str) -> None:
    if not is_csrf_token(signed_in, token):
        raise ForbiddenError("csrf_token_wrong", "The CSRF token is missing or wrong; load the page again.")
