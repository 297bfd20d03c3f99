"""People who are there twice: the list of who may be, also as a file, two side by side, and which of them is right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from cloud.api import ReadSession, Transaction
from cloud.console import table_files
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import LANGUAGES, mark
from cloud.console.rendering import go_to, render
from cloud.console.table_files import TableFile
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.console.words import MEMBER_STATES, SEXES, Words
from cloud.database import UnitOfWork
from cloud.kit.spreadsheets import Cell, Format
from cloud.kit.telephone import show_telephone
from cloud.labels import service as labels
from cloud.members import service as members
from cloud.members.models import Member
from cloud.merging import duplicates, service
from cloud.merging.duplicates import Duplicates
from cloud.staff.api import check_about

ADDRESS: Final = "/members/duplicates"
HEADER: Final = ("number", "cause", "value", "member_id", "member", "phone", "email", "birth_on", "state", "added_on")
CAUSES: Final = {
    "phone": mark("The same telephone"),
    "email": mark("The same e-mail address"),
    "name": mark("The same name and birth date"),
}
_NAMES: Final = {
    "first_name": mark("First name"),
    "last_name": mark("Last name"),
    "phone": mark("Telephone"),
    "email": mark("E-mail"),
    "birth_on": mark("Born"),
    "sex": mark("Sex"),
    "locale": mark("Language at the gate"),
    "card_type_id": mark("Card type"),
    "source_id": mark("Advertising source"),
    "reason_id": mark("Reason for contact"),
}
_TAKE: Final = "take_"

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two entries differ, in words; what only one of them knows is kept without a question."""

    field: str
    label: str
    kept: str
    old: str


@router.get(ADDRESS)
def show_duplicates(session: ReadSession, viewer: Viewer = viewing("members.merge")) -> Response:
    """The groups, each person with a way to compare them with the oldest entry."""
    return render(viewer, "merging/list.html", groups=duplicates.find(session), causes=CAUSES)


@router.get("/members/duplicates/export")
def export_duplicates(
    session: Transaction, viewer: Viewer = viewing("members.merge"), form: Format = "xlsx"
) -> StreamingResponse:
    """The groups, a row for each person, those of one group with one number."""
    file = TableFile(name="duplicates", noun="member", form=form, day=session.now.date(), header=HEADER, narrowed={})
    return table_files.send(session, viewer, file, _rows(duplicates.find(session), viewer.words))


def _rows(groups: Sequence[Duplicates], words: Words) -> Iterator[Sequence[Cell]]:
    for number, group in enumerate(groups, 1):
        cause = words.text(CAUSES[group.cause])
        for person in group.people:
            state = words.text(MEMBER_STATES[person.state])
            contacts = (person.id, person.name, person.phone, person.email, person.birth_on)
            yield number, cause, group.value, *contacts, state, person.created_at.date()


@router.get("/members/{member_id}/merge")
def show_merge(
    request: Request,
    member_id: str,
    session: ReadSession,
    old: Annotated[str, Query(max_length=24)],
    viewer: Viewer = viewing("members.merge"),
) -> Response:
    """Both side by side."""
    check_about(request, session, viewer.signed_in, "members.merge", member_id=old)
    return _form(session, viewer, members.get(session, member_id), members.get(session, old), {})


@router.post("/members/{member_id}/merge")
def merge(
    request: Request, member_id: str, session: Transaction, form: Submission = submitting("members.merge")
) -> Response:
    """Make them one."""
    check_about(request, session, form.viewer.signed_in, "members.merge", member_id=form.fields.get("old", ""))
    kept, old = members.get(session, member_id), members.get(session, form.fields.get("old", ""))
    taken = [field for field in service.FIELDS if form.fields.get(_TAKE + field) == "old"]
    with attempt(session, form.viewer.words, {"old_id": "form"}) as errors:
        service.merge(session, form.viewer.signed_in.actor, kept.id, old.id, taken)
    if errors:
        return _form(session, form.viewer, kept, old, form.fields, errors=errors)
    return go_to(form.viewer, f"/members/{member_id}", notice="members_merged")


def _form(
    session: UnitOfWork,
    viewer: Viewer,
    kept: Member,
    old: Member,
    fields: Mapping[str, str],
    *,
    errors: Errors | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Make one of %(name)s and %(other)s?"), name=kept.name, other=old.name),
        text=say(
            mark("Contracts, cards, visits, tasks and all else of both are kept with one person. It cannot be undone.")
        ),
        action=f"/members/{kept.id}/merge",
        button=say(mark("Make one person")),
        back=ADDRESS,
        back_text=say(mark("Back to the duplicates")),
        body="merging/merge_fields.html",
        tone="danger",
    )
    differences = _differences(session, viewer, kept, old)
    return show(viewer, sheet, fields, errors, kept=kept, old=old, differences=differences, prefix=_TAKE)


def _differences(session: UnitOfWork, viewer: Viewer, kept: Member, old: Member) -> list[Difference]:
    ids = [getattr(member, field) for member in (kept, old) for field in members.LABEL_FIELDS]
    named = {label_id: label.name for label_id, label in labels.list_by_ids(session, [x for x in ids if x]).items()}

    def words(field: str, value: Any) -> str:
        if field == "birth_on":
            return viewer.words.day(value)
        if field == "sex":
            return viewer.words.text(SEXES[value])
        if field == "phone":
            return show_telephone(value)
        return named.get(value) or LANGUAGES.get(value) or str(value)

    return [
        Difference(field, viewer.words.text(label), words(field, ours), words(field, theirs))
        for field, label in _NAMES.items()
        if (ours := getattr(kept, field)) and (theirs := getattr(old, field)) and ours != theirs
    ]
