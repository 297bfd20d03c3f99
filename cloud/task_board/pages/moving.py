"""Move a card: what a drag posts, and its twin for keyboards as a form."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from cloud.api import ReadSession, Transaction
from cloud.console.forms import Errors, Sheet, attempt, show
from cloud.console.languages import mark
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.task_board import service
from cloud.task_board.cards import due_of
from cloud.task_board.columns import COLUMNS, Column, column_of
from cloud.task_board.pages.board import COLUMN_NAMES, back_to_board
from cloud.tasks.pages.one_task import view_of

_TARGETS: Final = [column for column in COLUMNS if column not in {"unsorted", "overdue"}]

router = APIRouter()


class MoveIn(BaseModel):
    """Where to."""

    model_config = ConfigDict(extra="ignore")

    column: Column


@router.get("/board/cards/{task_id}/move")
def show_move(task_id: str, session: ReadSession, viewer: Viewer = viewing("tasks.write")) -> Response:
    """The columns to which it can go."""
    view = view_of(session, task_id)
    column = column_of(due_of(view.task), session.now, view.zone)
    return _form(session, viewer, task_id, {"column": column if column in _TARGETS else _TARGETS[0]})


@router.post("/board/cards/{task_id}/move")
def move_card(task_id: str, session: Transaction, form: Submission = submitting("tasks.write")) -> Response:
    """Set the day of its next step."""
    with attempt(session, form.viewer.words) as errors:
        wanted = MoveIn.model_validate(form.fields)
        service.move(session, form.viewer.signed_in.actor, task_id, wanted.column)
    if errors:
        return _form(session, form.viewer, task_id, form.fields, errors)
    return back_to_board(form.viewer)


def _form(
    session: UnitOfWork, viewer: Viewer, task_id: str, fields: Mapping[str, str], errors: Errors | None = None
) -> Response:
    say = viewer.words.text
    sheet = Sheet(
        title=say(mark("Move the card of %(name)s"), name=view_of(session, task_id).member_name),
        action=f"/board/cards/{task_id}/move",
        button=say(mark("Move")),
        back="/board",
        back_text=say(mark("Back to the board")),
        body="task_board/move_fields.html",
    )
    columns = [(column, say(COLUMN_NAMES[column])) for column in _TARGETS]
    return show(viewer, sheet, fields, errors, columns=columns)
