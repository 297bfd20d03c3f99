"""What is done on the board: move a card to another column, and what the quick view changes."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.errors import invalid_field
from cloud.members import service as members
from cloud.sites import service as sites
from cloud.task_board.cards import due_of
from cloud.task_board.columns import Column, moved_to
from cloud.tasks import service as tasks
from cloud.tasks.models import Task

_REFUSALS: Final = {
    "not_into_overdue": "A card is overdue when its time has passed; give it another time instead.",
    "not_into_unsorted": "A card is unsorted while it has no next step; it has one, or shall get one.",
    "week_is_over": "No day of this week comes after tomorrow.",
}


def move(session: UnitOfWork, actor: Actor, task_id: str, column: Column) -> Task:
    """Set the day of the next step so that the card stands in a column; its time of the day stays.

    Raises:
        NotFoundError: there is no such task.
        InvalidError: no time leads into this column now (`column`).
        ConflictError: the task is closed.
    """
    task = tasks.take_open(session, task_id)
    moment = moved_to(column, due_of(task), session.now, zone_of(session, task))
    if isinstance(moment, str):
        raise invalid_field("column", moment, _REFUSALS[moment])
    return tasks.change(session, actor, task_id, {"next_step_at": moment})


def edit(session: UnitOfWork, actor: Actor, task_id: str, changes: Mapping[str, Any], comment: str) -> Task:
    """Change an open task and say something about it, at once; an empty comment is none.

    Raises:
        NotFoundError: there is no such task.
        InvalidError: operator or enquiry status cannot be used.
        ConflictError: it is closed.
    """
    task = tasks.change(session, actor, task_id, changes)
    if comment:
        tasks.comment(session, actor, task_id, comment)
    return task


def zone_of(session: UnitOfWork, task: Task) -> ZoneInfo:
    """The clock of the member's club."""
    return ZoneInfo(sites.get_site(session, members.get(session, task.member_id).site_id).time_zone)
