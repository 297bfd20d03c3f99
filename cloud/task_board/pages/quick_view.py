"""A card opened: who it is, their contracts, what was said last; comment, operator, next step, status to change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.contracts import balance, policy
from cloud.contracts import service as contracts
from cloud.contracts.models import Contract
from cloud.contracts.policy import ContractState
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.kit.clock import local_day
from cloud.members import service as members
from cloud.members.models import Member
from cloud.task_board import service
from cloud.task_board.pages.board import back_to_board
from cloud.tasks import history
from cloud.tasks.pages import forms, terms
from cloud.tasks.pages.one_task import view_of
from cloud.tasks.pages.views import EntryView, TaskView, entry_views, local_minute
from cloud.tasks.policy import COMMENT_CHARACTERS_MAX
from cloud.tasks.schemas import TaskChange

LINES: Final = 10
CONTRACTS: Final = 5
_EDITED: Final = ("operator_id", "next_step", "next_step_at", "enquiry_status_id")

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of the person: the latest contracts with their states, the last lines of all their tasks."""

    member: Member
    contracts: Sequence[tuple[Contract, ContractState]]
    lessons_left: int | None
    lines: Sequence[EntryView]


@router.get("/board/cards/{task_id}")
def show_quick_view(task_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.write")) -> Response:
    """The card with its form."""
    view = view_of(session, task_id)
    fields = {name: str(value) for name in _EDITED if (value := getattr(view.task, name)) is not None}
    fields["next_step_at"] = local_minute(view.task.next_step_at, view.zone)
    return _form(session, viewer, view, fields)


@router.post("/board/cards/{task_id}")
def save_quick_view(task_id: str, session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Save what changed, and the comment."""
    view = view_of(session, task_id)
    with attempt(session, form.viewer.words) as errors:
        read = TaskChange.model_validate(forms.read_task(form.fields, view.zone)).model_dump(include=set(_EDITED))
        if form.fields.get("next_step_at") == local_minute(view.task.next_step_at, view.zone):
            del read["next_step_at"]  # the field has no seconds
        comment = form.fields.get("comment", "")
        if len(comment) > COMMENT_CHARACTERS_MAX:
            raise invalid_field("comment", "too_long", f"At most {COMMENT_CHARACTERS_MAX} characters.")
        service.edit(session, form.viewer.signed_in.actor, task_id, read, comment)
    if errors:
        return _form(session, form.viewer, view, form.fields, errors)
    return back_to_board(form.viewer)


def _form(
    session: UnitOfWork, viewer: Viewer, view: TaskView, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=view.member_name,
        action=f"/board/cards/{view.task.id}",
        button=say(mark("Save")),
        back="/board",
        back_text=say(mark("Back to the board")),
        body="task_board/quick_view_fields.html",
    )
    return show(
        viewer,
        sheet,
        fields,
        errors,
        view=view,
        known=_background(session, view),
        terms=terms,
        zone=view.zone,
        choices=forms.choices(session, viewer.words),
    )


def _background(session: UnitOfWork, view: TaskView) -> Background:
    member_id, today = view.task.member_id, local_day(session.now, view.zone)
    held = contracts.list_of_members(session, [member_id])
    said = history.of_member(session, member_id, after=None, limit=LINES)
    return Background(
        member=members.get(session, member_id),
        contracts=[(each, policy.contract_state(contracts.terms_of(each), today)) for each in held[:CONTRACTS]],
        lessons_left=balance.lessons_left([contracts.terms_of(each) for each in held], today),
        lines=entry_views(session, said.items),
    )
