"""Who looks at a page: the signed-in person, their language and theme, and the form they send.

`viewing(permission)` guards a page, `submitting(permission)` a form post; whoever is not signed in is led to the
sign-in page by `error_pages`.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from starlette.datastructures import FormData

from cloud.api import AppDatabase
from cloud.console.hearing import hearing_of
from cloud.console.languages import choose_language
from cloud.console.notices import read_notice
from cloud.console.words import Words, words_of
from cloud.errors import CloudError, ForbiddenError, UnauthenticatedError
from cloud.staff.api import admit, check_permission, find_cookie_staff, is_csrf_token
from cloud.staff.policy import Permission
from cloud.staff.service import SignedIn

THEMES: Final = ("light", "dark")
THEME_COOKIE: Final = "tornello_theme"
FIELDS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at a page, signed in or not. `theme` None follows the system; `now` is the request's time (UTC)."""

    language: str
    theme: str | None
    now: datetime
    path: str
    is_fragment: bool
    notice: str | None = None
    staff: SignedIn | None = None

    @property
    def words(self) -> Words:
        """How their language says things."""
        return words_of(self.language)

    def may(self, permission: Permission) -> bool:
        """Whether they are signed in and have the permission."""
        return self.staff is not None and self.staff.may(permission)

    @property
    def hears(self) -> bool:
        """Whether the event stream has anything for them."""
        return self.staff is not None and bool(hearing_of(self.staff.rights).kinds)


@dataclass(frozen=True, slots=True)
class Viewer(Visitor):
    """Somebody who is signed in."""

    @property
    def signed_in(self) -> SignedIn:
        """Who they are."""
        assert self.staff is not None, "a viewer is signed in"
        return self.staff


@dataclass(frozen=True, slots=True)
class Submission:
    """A checked form post: who sent it, and its fields as sent (first value of each, trimmed)."""

    viewer: Viewer
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Upload(Submission):
    """A checked form post with one file; `content` is empty when none was chosen."""

    content: bytes


def visitor_of(request: Request, now: datetime, staff: SignedIn | None) -> Visitor:
    """What the request tells about who looks."""
    language = choose_language(staff.locale if staff else None, request.headers.get("accept-language", ""))
    theme = request.cookies.get(THEME_COOKIE)
    return (Viewer if staff else Visitor)(
        language=language,
        theme=theme if theme in THEMES else None,
        now=now,
        path=request.url.path,
        is_fragment="hx-request" in request.headers and "hx-history-restore-request" not in request.headers,
        notice=read_notice(request),
        staff=staff,
    )


def _visitor(request: Request, database: AppDatabase) -> Visitor:
    return visitor_of(request, database.clock(), find_cookie_staff(request, database))


CurrentVisitor = Annotated[Visitor, Depends(_visitor)]


async def _viewer(visitor: CurrentVisitor) -> Viewer:
    if not isinstance(visitor, Viewer):
        raise UnauthenticatedError("not_signed_in", "Sign in first.")
    return visitor


CurrentViewer = Annotated[Viewer, Depends(_viewer)]


def _fields(form: FormData) -> dict[str, str]:
    fields = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    if any("\x00" in text for pair in fields.items() for text in pair):
        raise CloudError("body_malformed", "The form contains a NUL character, which no database takes.")
    return fields


async def _submission(request: Request, viewer: CurrentViewer) -> Submission:
    form = await request.form(max_fields=FIELDS_MAX, max_files=0)
    fields = _fields(form)
    if not is_csrf_token(viewer.signed_in, fields.pop("csrf_token", "")):
        raise ForbiddenError("csrf_token_wrong", "The form is no longer valid; load the page again.")
    return Submission(viewer, fields)


CurrentSubmission = Annotated[Submission, Depends(_submission)]


async def _upload(request: Request, viewer: CurrentViewer) -> Upload:
    content = b""
    async with request.form(max_fields=FIELDS_MAX, max_files=1) as form:
        fields = _fields(form)
        for file in form.values():
            if not isinstance(file, str):
                content = await file.read()
    if not is_csrf_token(viewer.signed_in, fields.pop("csrf_token", "")):
        raise ForbiddenError("csrf_token_wrong", "The form is no longer valid; load the page again.")
    return Upload(viewer, fields, content)


CurrentUpload = Annotated[Upload, Depends(_upload)]


def viewing(permission: Permission) -> Any:
    """The default of a parameter `viewer: Viewer`: who is signed in, if they have the permission (else 403)."""

    async def permitted(request: Request, viewer: CurrentViewer) -> Viewer:
        return replace(viewer, staff=admit(request, viewer.signed_in, permission))

    return Depends(permitted)


def uploading(permission: Permission) -> Any:
    """The default of a parameter `form: Upload`: a checked form with a file, of somebody with the permission."""

    async def permitted(form: CurrentUpload) -> Upload:
        check_permission(form.viewer.signed_in, permission)
        return form

    return Depends(permitted)


def submitting(permission: Permission) -> Any:
    """The default of a parameter `form: Submission`: a checked form of somebody with the permission (else 403)."""

    async def permitted(form: CurrentSubmission) -> Submission:
        check_permission(form.viewer.signed_in, permission)
        return form

    return Depends(permitted)
