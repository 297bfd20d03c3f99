"""What the forms on a member card share: dialog or page, and what is wrong in words beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response
from pydantic import ValidationError

from cloud.access_rules.pages import forms as rule_forms
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Viewer
from cloud.console.words import Words
from cloud.errors import ConflictError, InvalidError
from cloud.members.models import Member

REFUSED: Final = (ValidationError, InvalidError, ConflictError)
"""What a form is shown again for, with what was typed."""
_WORDS: Final = {
    "bad_pin": mark("Use 4 to 8 digits."),
    "same_pin": mark("Use another one than above."),
    "bad_day": mark("Choose a day."),
    "bad_time": mark("Write a time of day like 18:30."),
    "bad_length": mark("The session has to end after its start, within a day."),
    "is_over": mark("The session is over already."),
    "ends_before_start": mark("The contract ends before it starts."),
    "unknown_level": mark("Choose one of the list."),
    "too_many_bookings": mark("The member has as many bookings ahead as there may be. Cancel some first."),
    "credential_in_use": mark("A card of this member is somebody else's at that club. Revoke one of them first."),
    "credential_revoked": mark("The card is revoked."),
    "black_listed_already": mark("The member is on the black list already."),
    "not_black_listed": mark("The member is not on the black list."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form about a member: `body` is the template of its fields, without one there is only the text."""

    title: str
    action: str
    button: str
    text: str = ""
    body: str = ""
    tone: str = "primary"


def show(
    viewer: Viewer,
    member: Member,
    sheet: Sheet,
    fields: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """The form in the dialog, or as a page of its own without scripts; with errors its status is 422."""
    template = "members/form.html" if viewer.is_fragment else "members/form_page.html"
    return render(
        viewer,
        template,
        status=422 if errors else 200,
        member=member,
        back=address_of(member.id),
        sheet=sheet,
        fields=fields,
        errors=errors or {},
        **context,
    )


def done(viewer: Viewer, member_id: str, notice: str) -> Response:
    """Back to the member card."""
    return go_to(viewer, address_of(member_id), notice=notice)


def address_of(member_id: str) -> str:
    """The member card."""
    return f"/members/{member_id}"


def explain(error: Exception, words: Words) -> dict[str, str]:
    """Errors in words by field of the form; `form` is the whole of it."""
    match error:
        case InvalidError() if error.code in _WORDS:
            return {each.field: words.text(_WORDS[error.code]) for each in error.errors}
        case ConflictError() if error.code in _WORDS:
            return {"form": words.text(_WORDS[error.code])}
        case _:
            return rule_forms.in_words(error, words)
