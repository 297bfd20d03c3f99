"""Add a card by a telephone number: the person whom it belongs to, or a new lead, and what is to be done."""

from collections.abc import Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from cloud.api import ReadSession, Transaction
from cloud.audit.service import Actor
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.folding import digits_of
from cloud.members import service as members
from cloud.members.models import Member
from cloud.members.schemas import Name, Phone
from cloud.members.service import MemberDetails
from cloud.sites import service as sites
from cloud.task_board.pages.board import back_to_board
from cloud.tasks import service as tasks
from cloud.tasks.pages import forms
from cloud.tasks.schemas import ItemId, TaskIn
from cloud.tasks.service import TaskDetails

FOUND_MAX: Final = 10
_DIGITS_MIN: Final = 5

router = APIRouter()


class LeadIn(BaseModel):
    """Somebody who got in touch for the first time."""

    model_config = ConfigDict(extra="ignore")

    site_id: ItemId
    first_name: Name = Field(min_length=1)
    last_name: Name = ""
    phone: Phone


@router.get("/board/add")
def show_phone_form(session: ReadSession, viewer: Viewer = viewing("tasks.write")) -> Response:
    """Whose number?"""
    return _phone_form(viewer, {})


@router.post("/board/add/find")
def find_person(session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Who has the number; nothing is added yet."""
    with attempt(session, form.viewer.words) as errors:
        found = _find(session, form.fields.get("phone", ""))
    if errors:
        return _phone_form(form.viewer, form.fields, errors)
    fields = {
        "phone": form.fields["phone"],
        "member_id": found[0].id if found else "",
        "operator_id": form.viewer.signed_in.staff_id,
    }
    return _card_form(session, form.viewer, found, fields)


@router.post("/board/add")
def add_card(session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Begin the task about the person who was chosen, or about the new lead."""
    actor, fields = form.viewer.signed_in.actor, form.fields
    with attempt(session, form.viewer.words) as errors:
        member = _take_person(session, actor, fields, form.viewer.language)
        zone = ZoneInfo(sites.get_site(session, member.site_id).time_zone)
        values = forms.read_task(fields, zone) | {"action_type_id": fields.get("action_type_id", "")}
        tasks.create(session, actor, member.id, TaskDetails(**TaskIn.model_validate(values).model_dump()))
    if errors:
        found = members.search(session, fields.get("phone", ""), after=None, limit=FOUND_MAX).items
        return _card_form(session, form.viewer, found, fields, errors)
    return back_to_board(form.viewer)


def _find(session: UnitOfWork, phone: str) -> Sequence[Member]:
    if len(digits_of(phone)) < _DIGITS_MIN:
        raise invalid_field("phone", "bad_phone", "Type a telephone number.")
    return members.search(session, phone[:40], after=None, limit=FOUND_MAX).items


def _take_person(session: UnitOfWork, actor: Actor, fields: Mapping[str, str], language: str) -> Member:
    if member_id := fields.get("member_id"):
        return members.get(session, member_id)
    lead = LeadIn.model_validate(fields)
    return members.create(session, actor, MemberDetails(**lead.model_dump(), locale=language, state="lead"))


def _phone_form(viewer: Viewer, fields: Mapping[str, str], errors: Errors | None = None) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Add a card")),
        action="/board/add/find",
        button=say(mark("Find the person")),
        back="/board",
        back_text=say(mark("Back to the board")),
        body="task_board/phone_fields.html",
    )
    return show(viewer, sheet, fields, errors)


def _card_form(
    session: UnitOfWork,
    viewer: Viewer,
    found: Sequence[Member],
    fields: Mapping[str, str],
    errors: Errors | None = None,
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Add a card")),
        action="/board/add",
        button=say(mark("Begin the task")),
        back="/board",
        back_text=say(mark("Back to the board")),
        body="task_board/add_fields.html",
    )
    nobody = ("", say(mark("somebody new")))
    return show(
        viewer,
        sheet,
        fields,
        errors,
        people=[*((member.id, f"{member.name} · {member.phone or ''}") for member in found), nobody],
        sites=[(site.id, site.name) for site in sites.list_sites(session)],
        choices=forms.choices(session, viewer.words),
        has_type=True,
    )
