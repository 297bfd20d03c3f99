"""Say something about a person, from the member card."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.comments import service
from cloud.comments.schemas import CommentIn
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt

router = APIRouter()


@router.get("/members/{member_id}/comments/new")
def show_comment_form(member_id: str, session: ReadSession, viewer: Viewer = viewing("members.write")) -> Response:
    """An empty form."""
    return _form(viewer, members.get(session, member_id), {})


@router.post("/members/{member_id}/comments")
def comment(member_id: str, session: Transaction, form: Submission = submitting("members.write")) -> Response:
    """Keep the comment."""
    member = members.get(session, member_id)
    with attempt(session, form.viewer.words) as errors:
        text = CommentIn.model_validate({"text": form.fields.get("text", "").replace("\r\n", "\n")}).text
        service.add(session, form.viewer.signed_in.actor, member_id, text)
    if errors:
        return _form(form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, "task_saved")


def _form(
    viewer: Viewer, member: Member, fields: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Comment on %(name)s"), name=member.name),
        action=f"{forms.address_of(member.id)}/comments",
        button=say(mark("Save")),
        body="comments/comment_fields.html",
    )
    return forms.show(viewer, member, sheet, fields, errors)
