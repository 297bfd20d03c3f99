"""What the forms share: dialog or page, a question before something is deleted, errors in words beside their field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response
from pydantic import ValidationError

from cloud.access_rules.editing import InUseError
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Viewer
from cloud.console.words import Words
from cloud.errors import ConflictError, InvalidError

REFUSED: Final = (ValidationError, InvalidError, ConflictError)
"""What a form is shown again for, with what was typed."""

HOURS_WRONG: Final = mark("Write times like 06:30-13:00, 15:00-22:00; leave it empty for closed.")
TIME_WRONG: Final = mark("Write a time of day like 04:00.")
_WORDS: Final = {
    "missing": mark("Fill this in."),
    "too_short": mark("Fill this in."),
    "too_long": mark("This is too long."),
    "string_too_long": mark("This is too long."),
    "int_parsing": mark("Use a whole number."),
    "date_from_datetime_parsing": mark("Choose a day."),
    "name_taken": mark("There is one with this name already."),
    "day_taken": mark("This day is a special day already."),
    "overlapping": mark("These times overlap."),
    "too_many": mark("There are as many as there may be. Delete some first."),
    "longer_than_week": mark("At most a week, which is 10080 minutes."),
    "same_zone": mark("A lane leads from one zone into another: choose two."),
    "unknown_zone": mark("Choose one of the list."),
    "unknown_schedule": mark("Choose one of the list."),
    "literal_error": mark("Choose one of the list."),
    "bad_length": mark("This is empty or too long."),
    "hours_wrong": HOURS_WRONG,
    "time_wrong": TIME_WRONG,
}
_OTHER: Final = mark("This cannot be accepted.")
_AT_LEAST: Final = mark("At least %(bound)s.")
_AT_MOST: Final = mark("At most %(bound)s.")
_IN_USE: Final = mark("It is still used by: %(users)s. Change these first.")

Errors = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before something is done that cannot be undone."""

    title: str
    text: str
    action: str
    button: str


def address_of(site_id: str) -> str:
    """The page of a site's access rules."""
    return f"/access/rules/{site_id}"


def show_form(viewer: Viewer, template: str, *, errors: Errors, **context: Any) -> Response:
    """A form in the dialog, or as a page of its own without scripts; with errors its status is 422."""
    form = f"access_rules/{template}.html"
    name = form if viewer.is_fragment else "access_rules/form_page.html"
    return render(viewer, name, status=422 if errors else 200, form_template=form, errors=errors, **context)


def ask(viewer: Viewer, site_id: str, question: Question, errors: Errors | None = None) -> Response:
    """Show a question, or why it cannot be done."""
    return show_form(viewer, "question", question=question, back=address_of(site_id), errors=errors or {})


def done(viewer: Viewer, site_id: str, notice: str) -> Response:
    """Back to the page of the site."""
    return go_to(viewer, address_of(site_id), notice=notice)


def in_words(error: Exception, words: Words, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """Errors by field of the form; `names` are fields that the form calls by another name than the request."""
    match error:
        case InUseError():
            return {"form": words.text(_IN_USE, users=", ".join(error.users))}
        case ConflictError():
            return {"form": words.text(_WORDS.get(error.code, _OTHER))}
        case InvalidError():
            text = words.text(_WORDS.get(error.code, _OTHER))
            found = {each.field: text for each in error.errors}
        case ValidationError():
            found = {str(each["loc"][0]): _validation_words(each, words) for each in error.errors()}
        case _:
            raise TypeError(type(error).__name__)
    return {(names or {}).get(field, field): text for field, text in found.items()}


def _validation_words(problem: Mapping[str, Any], words: Words) -> str:
    context = problem.get("ctx", {})
    for key, text in (("ge", _AT_LEAST), ("le", _AT_MOST)):
        if key in context:
            return words.text(text, bound=words.number(context[key]))
    return words.text(_WORDS.get(problem["type"], _OTHER))
