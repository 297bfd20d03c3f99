"""What the forms on a member card share: they are about a member and lead back to the card."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response

from cloud.console import forms
from cloud.console.field_errors import explain
from cloud.console.forms import REFUSED, Errors, attempt
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Viewer
from cloud.members.models import Member

__all__ = ["REFUSED", "Sheet", "address_of", "attempt", "done", "explain", "show"]

_BACK: Final = mark("Back to the member")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form about a member, see `console.forms.Sheet`."""

    title: str
    action: str
    button: str
    text: str = ""
    body: str = ""
    tone: str = "primary"
    has_file: bool = False


def show(
    viewer: Viewer,
    member: Member,
    sheet: Sheet,
    fields: Mapping[str, str],
    errors: Errors | None = None,
    **context: Any,
) -> Response:
    """The form in the dialog, or as a page of its own without scripts; with errors its status is 422."""
    whole = forms.Sheet(
        title=sheet.title,
        action=sheet.action,
        button=sheet.button,
        back=address_of(member.id),
        back_text=viewer.words.text(_BACK),
        text=sheet.text,
        body=sheet.body,
        tone=sheet.tone,
        has_file=sheet.has_file,
    )
    return forms.show(viewer, whole, fields, errors, member=member, **context)


def done(viewer: Viewer, member_id: str, notice: str) -> Response:
    """Back to the member card."""
    return go_to(viewer, address_of(member_id), notice=notice)


def address_of(member_id: str) -> str:
    """The member card."""
    return f"/members/{member_id}"
