"""What all forms share: a dialog or a page of its own, one try at the change, what is wrong beside its field."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response
from pydantic import ValidationError

from cloud.console.field_errors import explain
from cloud.console.rendering import render
from cloud.console.viewer import Viewer
from cloud.console.words import Words
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, InvalidError

REFUSED: Final = (ValidationError, InvalidError, ConflictError)
"""What a form is shown again for, with what was typed."""

Errors = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form, or a question when it has no fields.

    Attributes:
        title, text, button: in the viewer's language.
        action: where it is posted to.
        back: the page where it leads without scripts, and when it is cancelled; `back_text` says so.
        body: the template of its fields, e.g. "members/role_fields.html"; it sees fields, errors and context.
        tone: "primary", or "danger" for what cannot be undone.
        has_file: whether one of the fields is a file.
        is_whole: whether what answers is a whole page, which the dialog could not hold.
        history: kind and id of what it changes, as the audit log names it: who may read that is led there.
    """

    title: str
    action: str
    button: str
    back: str
    back_text: str
    text: str = ""
    body: str = ""
    tone: str = "primary"
    has_file: bool = False
    is_whole: bool = False
    history: tuple[str, str] | None = None


def show(
    viewer: Viewer, sheet: Sheet, fields: Mapping[str, str], errors: Errors | None = None, **context: Any
) -> Response:
    """The form in the dialog, or as a page of its own without scripts; with errors its status is 422."""
    template = "console/form.html" if viewer.is_fragment else "console/form_page.html"
    status = 422 if errors else 200
    return render(viewer, template, status=status, sheet=sheet, fields=fields, errors=errors or {}, **context)


@contextmanager
def attempt(session: UnitOfWork, words: Words, names: Mapping[str, str] | None = None) -> Iterator[dict[str, str]]:
    """Change all or nothing: after a refusal nothing of the block is kept; the errors say why, by field.

    Args:
        names: fields that the form calls by another name than the service.
    """
    errors: dict[str, str] = {}
    try:
        with session.begin_nested():
            yield errors
    except REFUSED as error:
        errors |= explain(error, words, names)
