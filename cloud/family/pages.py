"""The family of a person on their card: link somebody who is found by a search, change the link, take it away."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.errors import not_found
from cloud.family import service
from cloud.family.schemas import FamilyLinkIn
from cloud.family.service import Relative
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.pages import forms
from cloud.members.pages.forms import Sheet, attempt
from cloud.staff.api import check_about, seeing

FOUND_MAX: Final = 10
KINDS: Final = {
    "parent": mark("Parent"),
    "child": mark("Child"),
    "partner": mark("Partner"),
    "sibling": mark("Sibling"),
    "guardian": mark("Guardian"),
    "ward": mark("Ward"),
    "other": mark("Belongs to them"),
}

router = APIRouter()


@router.get("/members/{member_id}/relatives/new")
def show_search(
    member_id: str,
    session: ReadSession,
    viewer: Viewer = viewing("members.write"),
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Whom to link: who has the same telephone, or whom a search finds."""
    return _form(session, viewer, members.get(session, member_id), {"q": q, "kind": "partner"})


@router.post("/members/{member_id}/relatives")
def link(
    request: Request, member_id: str, session: Transaction, form: Submission = submitting("members.write")
) -> Response:
    """Link the person who was chosen; with only another search, show what it finds."""
    member = members.get(session, member_id)
    if not form.fields.get("relative_id"):
        return _form(session, form.viewer, member, form.fields)
    who = form.viewer.signed_in
    check_about(request, session, who, "members.write", relative_id=form.fields["relative_id"])
    with attempt(session, form.viewer.words, {"payer_id": "payer"}) as errors:
        _link(session, form, member_id, form.fields["relative_id"])
    if errors:
        return _form(session, form.viewer, member, form.fields, errors)
    return forms.done(form.viewer, member_id, "member_saved")


@router.get("/members/{member_id}/relatives/{relative_id}")
def show_relative(
    member_id: str, relative_id: str, session: ReadSession, viewer: Viewer = viewing("members.write")
) -> Response:
    """The link as it is."""
    relative = _relative(session, member_id, relative_id)
    payer = "relative" if relative.pays else "member" if relative.is_paid_for else ""
    return _edit(session, viewer, relative, {"kind": relative.link.kind, "payer": payer})


@router.post("/members/{member_id}/relatives/{relative_id}")
def change_relative(
    member_id: str, relative_id: str, session: Transaction, form: Submission = submitting("members.write")
) -> Response:
    """Save the link, or take it away on both sides."""
    relative = _relative(session, member_id, relative_id)
    with attempt(session, form.viewer.words, {"payer_id": "payer"}) as errors:
        if "unlink" in form.fields:
            service.unlink(session, form.viewer.signed_in.actor, member_id, relative_id)
        else:
            _link(session, form, member_id, relative_id)
    if errors:
        return _edit(session, form.viewer, relative, form.fields, errors)
    return forms.done(form.viewer, member_id, "member_saved")


def _link(session: UnitOfWork, form: Submission, member_id: str, relative_id: str) -> None:
    payers = {"member": member_id, "relative": relative_id}
    payer_id = payers.get(form.fields.get("payer", ""))
    body = FamilyLinkIn.model_validate({"kind": form.fields.get("kind", ""), "payer_id": payer_id})
    service.link(session, form.viewer.signed_in.actor, member_id, relative_id, body.kind, payer_id=body.payer_id)


def _relative(session: UnitOfWork, member_id: str, relative_id: str) -> Relative:
    for relative in service.list_relatives(session, member_id):
        if relative.link.relative_id == relative_id:
            return relative
    raise not_found("family_link", relative_id)


def _form(
    session: UnitOfWork, viewer: Viewer, member: Member, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    wanted = fields.get("q") or member.phone or ""
    with seeing(session, viewer.signed_in, "members.write"):
        found = members.search(session, wanted, after=None, limit=FOUND_MAX + 1).items if wanted else []
    people = [each for each in found if each.id != member.id][:FOUND_MAX]
    sheet = Sheet(
        title=say(mark("Who belongs to %(name)s"), name=member.name),
        action=f"{forms.address_of(member.id)}/relatives",
        button=say(mark("Go on")),
        body="family/link_fields.html",
    )
    return forms.show(viewer, member, sheet, fields, errors, people=people, **_choices(viewer, member.name))


def _edit(
    session: UnitOfWork, viewer: Viewer, relative: Relative, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    member = members.get(session, relative.link.member_id)
    sheet = Sheet(
        title=say(mark("What %(name)s is to %(other)s"), name=relative.person.name, other=member.name),
        action=f"{forms.address_of(member.id)}/relatives/{relative.link.relative_id}",
        button=say(mark("Save")),
        body="family/relative_fields.html",
    )
    return forms.show(viewer, member, sheet, fields, errors, **_choices(viewer, member.name))


def _choices(viewer: Viewer, name: str) -> dict[str, list[tuple[str, str]]]:
    say = viewer.words.text
    return {
        "kinds": [(code, say(text)) for code, text in KINDS.items()],
        "payers": [
            ("", say(mark("Everybody for themselves"))),
            ("member", say(mark("%(name)s pays for both"), name=name)),
            ("relative", say(mark("The other one pays for both"))),
        ],
    }
