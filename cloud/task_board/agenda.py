"""The day or the week of one operator: their open tasks and the sessions that they give, what is overdue apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

from cloud.database import UnitOfWork
from cloud.task_board.cards import Card, cards_of, due_of
from cloud.task_board.taught import TaughtSession, find_taught
from cloud.tasks import service as tasks
from cloud.tasks.repository import TaskFilter

Span = Literal["day", "week"]
TASKS_MAX: Final = 1000
_DAYS: Final[Mapping[Span, int]] = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True)
class Agenda:
    """The tasks by day, each day's by their time; those without one first. `undated` has neither time nor day."""

    days: Mapping[date, Sequence[Card]]
    overdue: Sequence[Card]
    undated: Sequence[Card]
    taught: Sequence[TaughtSession] = ()

    def entries(self, day: date) -> list[Card | TaughtSession]:
        """What there is on a day: tasks without a time, then tasks and sessions as they come."""
        timed: list[tuple[datetime, Card | TaughtSession]] = [
            (card.task.next_step_at, card) for card in self.days[day] if card.task.next_step_at is not None
        ]
        timed += [(each.held.starts_at, each) for each in self.taught if each.day == day]
        untimed = [card for card in self.days[day] if card.task.next_step_at is None]
        return [*untimed, *(entry for _, entry in sorted(timed, key=lambda found: found[0]))]

    @property
    def first(self) -> date:
        """Its first day."""
        return min(self.days)

    @property
    def last(self) -> date:
        """Its last day."""
        return max(self.days)


def days_of(day: date, span: Span) -> list[date]:
    """The day alone, or its week from Monday to Sunday."""
    first = day if span == "day" else day - timedelta(days=day.weekday())
    return [first + timedelta(days=number) for number in range(_DAYS[span])]


def find_agenda(session: UnitOfWork, operator_id: str, day: date, span: Span, *, has_sessions: bool = True) -> Agenda:
    """What an operator has to do; of more than 1000 open tasks the earliest. Without sessions on demand."""
    wanted = TaskFilter(operator_id=operator_id, state="open")
    cards = cards_of(session, tasks.list_by_next_step(session, wanted, limit=TASKS_MAX))
    cards.sort(key=lambda card: (card.order, card.task.id))
    days: dict[date, list[Card]] = {each: [] for each in days_of(day, span)}
    for card in cards:
        due = due_of(card.task).day(card.zone)
        if card.column != "overdue" and due in days:
            days[due].append(card)
    for found in days.values():
        found.sort(key=lambda card: card.task.next_step_at is not None)
    return Agenda(
        days=days,
        overdue=[card for card in cards if card.column == "overdue"],
        undated=[card for card in cards if card.column == "unsorted"],
        taught=find_taught(session, operator_id, list(days)) if has_sessions else (),
    )
