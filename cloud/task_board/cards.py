"""The cards of the board: open tasks with everything that a card shows, in a bounded number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from cloud.action_types import service as action_types
from cloud.action_types.models import ActionType
from cloud.database import UnitOfWork
from cloud.members import service as members
from cloud.members.models import Member
from cloud.sites import service as sites
from cloud.staff import service as staff
from cloud.task_board.columns import COLUMNS, CardTime, Column, column_of, stands_until
from cloud.tasks import enquiry_statuses
from cloud.tasks import service as tasks
from cloud.tasks.models import Task
from cloud.tasks.repository import TaskFilter

CARDS_MAX: Final = 1000
"""More cards than so many are not shown: those without a time come first, then the earliest."""


@dataclass(frozen=True, slots=True)
class Card:
    """One open task on the board; `zone` is the member's club's, at `stands_until` it may move by itself."""

    task: Task
    kind: ActionType
    member: Member
    operator: str
    status: str
    zone: ZoneInfo
    column: Column
    stands_until: datetime | None

    @property
    def order(self) -> int:
        """Its place within the column, ascending: by time; where there is none, the newest first."""
        ends_at = due_of(self.task).ends_at(self.zone)
        return -milliseconds(self.task.created_at) if ends_at is None else milliseconds(ends_at)

    @property
    def until_ms(self) -> int | None:
        """`stands_until` as the browser counts."""
        return None if self.stands_until is None else milliseconds(self.stands_until)


@dataclass(frozen=True, slots=True)
class Board:
    """The cards by column; `count` is how many there are in all."""

    columns: Mapping[Column, Sequence[Card]]
    count: int

    @property
    def shown(self) -> int:
        """How many cards are on it."""
        return sum(len(cards) for cards in self.columns.values())


def find_board(session: UnitOfWork, wanted: TaskFilter) -> Board:
    """The board of the open tasks that are wanted."""
    narrowed = replace(wanted, state="open")
    found = tasks.list_by_next_step(session, narrowed, limit=CARDS_MAX + 1)
    count = len(found) if len(found) <= CARDS_MAX else tasks.count(session, narrowed)
    cards = cards_of(session, found[:CARDS_MAX])
    columns: dict[Column, list[Card]] = {column: [] for column in COLUMNS}
    for card in sorted(cards, key=lambda card: card.order):
        columns[card.column].append(card)
    return Board(columns, count)


def find_card(session: UnitOfWork, task_id: str, wanted: TaskFilter) -> Card | None:
    """One card, if it is on the board with this filter."""
    found = tasks.list_by_next_step(session, replace(wanted, id=task_id, state="open"), limit=1)
    return next(iter(cards_of(session, found)), None)


def cards_of(session: UnitOfWork, found: Sequence[Task]) -> list[Card]:
    """The tasks as cards, in the same order."""
    kinds = {kind.id: kind for kind in action_types.list_all(session)}
    statuses = {status.id: status.name for status in enquiry_statuses.list_all(session)}
    people = {member.id: member for member in members.list_by_ids(session, {task.member_id for task in found})}
    operators = staff.names_of(session, {task.operator_id for task in found if task.operator_id})
    zones = {site.id: ZoneInfo(site.time_zone) for site in sites.list_sites(session)}
    now = session.now
    cards = []
    for task in found:
        member = people[task.member_id]
        zone = zones[member.site_id]
        cards.append(
            Card(
                task=task,
                kind=kinds[task.action_type_id],
                member=member,
                operator=operators.get(task.operator_id or "", ""),
                status=statuses.get(task.enquiry_status_id or "", ""),
                zone=zone,
                column=column_of(due_of(task), now, zone),
                stands_until=stands_until(due_of(task), now, zone),
            )
        )
    return cards


def due_of(task: Task) -> CardTime:
    """When a task is due."""
    return CardTime(task.next_step_at, task.complete_by)


def milliseconds(at: datetime) -> int:
    """Since 1970, as browsers count."""
    return int(at.timestamp() * 1000)
