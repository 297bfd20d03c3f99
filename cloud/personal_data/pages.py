"""All that is kept about a person on one page, the file to hand over, and the form to erase them."""

from typing import Final

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.members import service as members
from cloud.members.models import Member
from cloud.personal_data import service
from cloud.personal_data.treatments import TREATMENTS, Kept

ROWS_SHOWN: Final = 50
router = APIRouter()


@router.get("/members/{member_id}/personal-data")
def show_personal_data(
    member_id: str, session: ReadSession, viewer: Viewer = viewing("personal_data.read")
) -> Response:
    """Every table with the person's newest rows, and what an erasure would do with them."""
    member = members.get(session, member_id)
    found = service.gather(session, member_id, rows_max=ROWS_SHOWN)
    stays = {name for name in found if isinstance(TREATMENTS[name], Kept)}
    return render(viewer, "personal_data/page.html", member=member, kept=found, stays=stays, rows_shown=ROWS_SHOWN)


@router.post("/members/{member_id}/personal-data/zip")
def export_personal_data(
    member_id: str, session: Transaction, form: Submission = submitting("personal_data.read")
) -> Response:
    """The same, whole, as a file to hand over."""
    packed = service.export(session, form.viewer.signed_in.actor, member_id)
    headers = {"Content-Disposition": f'attachment; filename="{member_id}.zip"'}
    return Response(packed, media_type="application/zip", headers=headers)


@router.get("/members/{member_id}/erasure")
def ask_to_erase(member_id: str, session: ReadSession, viewer: Viewer = viewing("personal_data.erase")) -> Response:
    """Ask for the name once more."""
    return _form(viewer, members.get(session, member_id))


@router.post("/members/{member_id}/erasure")
def erase(member_id: str, session: Transaction, form: Submission = submitting("personal_data.erase")) -> Response:
    """Take the person out of everything."""
    member = members.get(session, member_id)
    typed = form.fields.get("typed_name", "")
    with attempt(session, form.viewer.words) as errors:
        service.erase(session, form.viewer.signed_in.actor, member_id, typed_name=typed)
    if errors:
        return _form(form.viewer, member, errors)
    return go_to(form.viewer, "/members", notice="person_erased")


def _form(viewer: Viewer, member: Member, errors: Errors | None = None) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Erase %(name)s?"), name=member.name),
        text=say(
            mark(
                "Name, contacts, cards, notes, tasks and messages are deleted, and the gates forget the person. "
                "Contracts, payments and passages stay, about nobody. This cannot be undone."
            )
        ),
        action=f"/members/{member.id}/erasure",
        button=say(mark("Erase for ever")),
        back=f"/members/{member.id}/personal-data",
        back_text=say(mark("Personal data")),
        body="personal_data/erasure_fields.html",
        tone="danger",
    )
    return show(viewer, sheet, {}, errors, member=member)
