"""Tasks as staff see them: with the names of everybody and everything, in a bounded number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cloud.action_types import outcomes
from cloud.action_types import service as action_types
from cloud.action_types.models import ActionType
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.members import service as members
from cloud.members.models import Member
from cloud.sites import service as sites
from cloud.staff import service as staff
from cloud.tasks import enquiry_statuses
from cloud.tasks.models import Task, TaskEntry
from cloud.tasks.policy import is_acting


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task; `zone` is the member's club's."""

    task: Task
    kind: ActionType
    member_name: str
    zone: ZoneInfo
    operator: str
    outcome: str
    status: str
    is_overdue: bool

    @property
    def acts(self) -> str:
        """What it does at the gate now: `message`, `message_and_block`, or nothing."""
        return self.kind.action_at_access if is_acting(self.task) and self.kind.action_at_access != "none" else ""


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of the history."""

    entry: TaskEntry
    author: str


def task_views(session: UnitOfWork, tasks: Sequence[Task], people: Sequence[Member] = ()) -> list[TaskView]:
    """The tasks in the same order; `people` are those whom they are about, if that is known already."""
    if not tasks:
        return []
    kinds = {kind.id: kind for kind in action_types.list_all(session)}
    ends: dict[str, str] = {}
    statuses: dict[str, str] = {}
    if any(task.outcome_id for task in tasks):
        ends = {outcome.id: outcome.name for outcome in outcomes.list_all(session)}
    if any(task.enquiry_status_id for task in tasks):
        statuses = {status.id: status.name for status in enquiry_statuses.list_all(session)}
    found = people or members.list_by_ids(session, {task.member_id for task in tasks})
    by_id = {member.id: member for member in found}
    operators = staff.names_of(session, {task.operator_id for task in tasks if task.operator_id})
    zones = {site.id: ZoneInfo(site.time_zone) for site in sites.list_sites(session)}
    views = []
    for task in tasks:
        member = by_id[task.member_id]
        zone = zones[member.site_id]
        today = local_day(session.now, zone)
        views.append(
            TaskView(
                task=task,
                kind=kinds[task.action_type_id],
                member_name=member.name,
                zone=zone,
                operator=operators.get(task.operator_id or "", ""),
                outcome=ends.get(task.outcome_id or "", ""),
                status=statuses.get(task.enquiry_status_id or "", ""),
                is_overdue=task.closed_at is None and task.complete_by is not None and task.complete_by < today,
            )
        )
    return views


def entry_views(session: UnitOfWork, entries: Sequence[TaskEntry]) -> list[EntryView]:
    """The lines in the same order; without an author the service itself wrote it."""
    names = staff.names_of(session, {entry.written_by for entry in entries if entry.written_by})
    return [EntryView(entry, names.get(entry.written_by or "", "")) for entry in entries]


def local_minute(at: datetime | None, zone: ZoneInfo) -> str:
    """A moment as the form's field for date and time wants it."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"
