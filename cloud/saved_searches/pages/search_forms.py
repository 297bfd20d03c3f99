"""Forms of saved searches: keep what a list shows, rename and share it, forget it."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import Words
from cloud.errors import invalid_field
from cloud.saved_searches import service
from cloud.saved_searches.criteria import Kind
from cloud.saved_searches.finding import AnyCriteria
from cloud.saved_searches.models import SavedSearch
from cloud.saved_searches.pages import terms
from cloud.saved_searches.pages.list_addresses import LISTS, criteria_in
from cloud.saved_searches.schemas import SearchChange
from cloud.saved_searches.service import SearchDetails

_LIST_CHARACTERS_MAX: Final = 2000
_BACK: Final = mark("Back to the saved searches")

router = APIRouter()


@router.get("/searches/new/{kind}")
def show_new_search(kind: Kind, request: Request, viewer: Viewer = viewing("members.read")) -> Response:
    """The form to keep what the list shows; the address of the list is its query."""
    return _new_form(viewer, kind, {"list": request.url.query[:_LIST_CHARACTERS_MAX], "dates": "moving"})


@router.post("/searches/new/{kind}")
def create_search(kind: Kind, session: Transaction, form: Submission = submitting("members.read")) -> Response:
    """Keep the search, and open it."""
    with attempt(session, form.viewer.words, {"criteria": "form"}) as errors:
        kept = SearchDetails(criteria=_criteria(kind, form.fields.get("list", "")), **_read(form.fields))
        search = service.create(session, form.viewer.signed_in, kept)
    if errors:
        return _new_form(form.viewer, kind, form.fields, errors)
    return go_to(form.viewer, f"{terms.ADDRESS}/{search.id}", notice="search_saved")


@router.get("/searches/{saved_search_id}/edit")
def show_search_form(saved_search_id: str, session: ReadSession, viewer: Viewer = viewing("members.read")) -> Response:
    """The form of a search, as it is."""
    search = service.take(session, viewer.signed_in, saved_search_id)
    fields = {name: getattr(search, name) for name in ("name", "description", "dates")}
    fields |= {name: "on" for name in ("is_shared", "is_schedulable") if getattr(search, name)}
    return _form(viewer, search, fields)


@router.post("/searches/{saved_search_id}")
def change_search(
    saved_search_id: str, session: Transaction, form: Submission = submitting("members.read")
) -> Response:
    """Rename it, share it, let it be scheduled."""
    search = service.take(session, form.viewer.signed_in, saved_search_id)
    with attempt(session, form.viewer.words) as errors:
        service.change(session, form.viewer.signed_in, search.id, _read(form.fields))
    if errors:
        return _form(form.viewer, search, form.fields, errors)
    return go_to(form.viewer, terms.ADDRESS, notice="search_saved")


@router.get("/searches/{saved_search_id}/delete")
def ask_to_delete(saved_search_id: str, session: ReadSession, viewer: Viewer = viewing("members.read")) -> Response:
    """Ask once."""
    return _question(viewer, service.take(session, viewer.signed_in, saved_search_id))


@router.post("/searches/{saved_search_id}/delete")
def delete_search(
    saved_search_id: str, session: Transaction, form: Submission = submitting("members.read")
) -> Response:
    """Forget it."""
    search = service.take(session, form.viewer.signed_in, saved_search_id)
    with attempt(session, form.viewer.words) as errors:
        service.remove(session, form.viewer.signed_in, saved_search_id)
    if errors:
        return _question(form.viewer, search, errors)
    return go_to(form.viewer, terms.ADDRESS, notice="search_deleted")


def _criteria(kind: Kind, query: str) -> AnyCriteria:
    try:
        return criteria_in(kind, dict(parse_qsl(query[:_LIST_CHARACTERS_MAX])))
    except ValidationError as error:
        raise invalid_field("form", "search_unreadable", "The list asks for something that cannot be kept.") from error


def _read(fields: Mapping[str, str]) -> dict[str, Any]:
    told = {name: fields.get(name, "") for name in ("name", "description", "dates")}
    is_schedulable = "is_schedulable" in fields
    flags = {"is_shared": is_schedulable or "is_shared" in fields, "is_schedulable": is_schedulable}
    return SearchChange(**told, **flags).model_dump(exclude={"criteria"})  # type: ignore[arg-type]


def _new_form(viewer: Viewer, kind: Kind, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    sheet = Sheet(
        title=viewer.words.text(mark("Save this search")),
        text=viewer.words.text(mark("What it looks for is kept, not whom it finds: it is always fresh.")),
        action=f"{terms.ADDRESS}/new/{kind}",
        button=viewer.words.text(mark("Save")),
        back=LISTS[kind],
        back_text=viewer.words.text(terms.KINDS[kind]),
        body="saved_searches/search_fields.html",
    )
    return show(viewer, sheet, fields, errors, **_choices(viewer.words))


def _form(viewer: Viewer, search: SavedSearch, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    sheet = Sheet(
        title=search.name,
        action=f"{terms.ADDRESS}/{search.id}",
        button=viewer.words.text(mark("Save")),
        back=terms.ADDRESS,
        back_text=viewer.words.text(_BACK),
        body="saved_searches/search_fields.html",
        history=("saved_search", search.id),
    )
    return show(viewer, sheet, fields, errors, **_choices(viewer.words))


def _question(viewer: Viewer, search: SavedSearch, errors: Errors | None = None) -> Response:
    sheet = Sheet(
        title=viewer.words.text(mark("Delete the search %(name)s?"), name=search.name),
        action=f"{terms.ADDRESS}/{search.id}/delete",
        button=viewer.words.text(mark("Delete")),
        back=terms.ADDRESS,
        back_text=viewer.words.text(_BACK),
        tone="danger",
    )
    return show(viewer, sheet, {}, errors)


def _choices(words: Words) -> dict[str, Any]:
    return {"dates": [(value, words.text(text)) for value, text in terms.DATES.items()]}
