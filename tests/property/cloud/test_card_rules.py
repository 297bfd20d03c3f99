"""Any order of what happens, with runs that are cut off and start again, gives each cause one card, and ends it."""

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from cloud.card_rules import rules, running
from cloud.card_rules.causes import Scope
from cloud.card_rules.models import Card
from cloud.card_rules.registry import FINDERS, JUDGES
from cloud.contracts import course
from cloud.contracts.policy import DaySpan
from cloud.errors import CloudError
from cloud.tasks import closing
from cloud.tasks.closing import Closing
from cloud.tasks.models import Task, TaskEntry
from tests.card_rules import RuleClub, rule_club

STEPS = 150
SEEDS = range(6)
ROME = ZoneInfo("Europe/Rome")


class PowerCutError(Exception):
    """The worker's process ends here."""


class Life:
    """A small club that something happens to; `chance` decides what."""

    def __init__(self, club: RuleClub, seed: int) -> None:
        self.club = club
        self.chance = random.Random(seed)
        self.members = [club.add_member(f"M{number}") for number in range(8)]
        self.contracts: list[str] = []
        self.debts: list[str] = []

    def step(self) -> None:
        """Something happens; what the services refuse does not."""
        happenings: list[Callable[[], None]] = [
            self.sell, self.owe, self.pay, self.fail, self.visit, self.book, self.freeze, self.extend, self.end,
            self.close_by_hand, self.wait, self.wait, self.work, self.work, self.be_cut_off,
        ]  # fmt: skip
        with contextlib.suppress(CloudError, IndexError):
            self.chance.choice(happenings)()

    def sell(self) -> None:
        kind = self.chance.choice(["fixed_term", "recurring"])
        self.contracts.append(self.club.sell(self.anybody(), days=self.chance.choice([1, 3, 20, 90]), kind=kind))

    def owe(self) -> None:
        self.debts.append(self.club.owe(self.chance.choice(self.contracts), due_in_days=self.chance.randint(-1, 2)))

    def pay(self) -> None:
        self.club.charge(self.chance.choice(self.debts), is_paid=True)

    def fail(self) -> None:
        self.club.charge(self.chance.choice(self.debts), is_paid=False)

    def visit(self) -> None:
        self.club.visit(self.anybody(), at=self.club.now - timedelta(days=self.chance.choice([0, 0, 3])))

    def book(self) -> None:
        start = self.club.now + timedelta(days=self.chance.randint(1, 3))
        with self.club.database.transaction() as session:
            self.club.club.book(session, self.anybody(), start)

    def freeze(self) -> None:
        first = self.club.today + timedelta(days=self.chance.randint(0, 4))
        with self.club.database.transaction() as session:
            days = DaySpan(first, first + timedelta(days=self.chance.randint(0, 9)))
            course.add_freeze(session, self.club.club.actor, self.chance.choice(self.contracts), days, reason="")

    def extend(self) -> None:
        day = self.club.today + timedelta(days=self.chance.randint(1, 30))
        with self.club.database.transaction() as session:
            course.extend(session, self.club.club.actor, self.chance.choice(self.contracts), day, "")

    def end(self) -> None:
        with self.club.database.transaction() as session:
            course.end(session, self.club.club.actor, self.chance.choice(self.contracts), self.club.today, "")

    def close_by_hand(self) -> None:
        card = self.chance.choice(self.club.cards())
        with self.club.database.transaction() as session:
            closing.close(session, self.club.club.actor, card.task_id, Closing(outcome_id=None, result="Done"))

    def wait(self) -> None:
        self.club.wait(hours=self.chance.choice([1, 6, 24, 48, 120]))

    def work(self) -> None:
        self.club.run()

    def be_cut_off(self) -> None:
        """The worker dies between two transactions of a run."""
        begin_some = running._begin_some
        lives = self.chance.randint(0, 2)

        def fragile(*arguments: object) -> object:
            nonlocal lives
            if lives == 0:
                raise PowerCutError
            lives -= 1
            return begin_some(*arguments)  # type: ignore[arg-type]

        running._begin_some = fragile  # type: ignore[assignment]
        try:
            self.club.run()
        except PowerCutError:
            pass
        finally:
            running._begin_some = begin_some

    def anybody(self) -> str:
        return self.chance.choice(self.members)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_cause_has_one_card_whatever_happens(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Features 153, 154, 155, 156, 226."""
    monkeypatch.setattr(running, "AT_ONCE", 2)
    with rule_club() as club:
        for key in FINDERS:
            club.turn_on(key, text="{plan}")
        life = Life(club, seed)
        for _ in range(STEPS):
            life.step()
            _check_cards(club)
        club.wait(days=1)
        club.run()
        _check_nothing_missed(club)


def _check_cards(club: RuleClub) -> None:
    """One card for each cause, one end of each task, and a task that is closed where its cards are over."""
    with club.database.session() as session:
        everything = list(session.scalars(select(Card)))
        tasks = {task.id: task for task in session.scalars(select(Task))}
        ends = Counter(session.scalars(select(TaskEntry.task_id).where(TaskEntry.kind.in_(["ended", "closed"]))))
        counts = Counter((card.rule_key, card.cause) for card in everything)
        assert max(counts.values(), default=1) == 1
        assert {card.task_id for card in everything} == set(tasks), "no task without a cause"
        assert all(ends[task.id] == (task.closed_at is not None) for task in tasks.values())
        assert all(tasks[card.task_id].closed_at is not None for card in everything if card.ended_at is not None)


def _check_nothing_missed(club: RuleClub) -> None:
    """After a day's run no open card has lost its cause, and no cause lacks its card."""
    with club.database.session() as session:
        for key, finder in FINDERS.items():
            scope = Scope(club.club.site_id, ROME, session.now)
            found = finder(session, scope, rules.get(session, key), after=None, limit=1000)
            known = set(session.scalars(select(Card.cause).where(Card.rule_key == key)))
            assert {cause.key for cause in found.causes} <= known
            still = session.scalars(
                select(Card)
                .join(Task, Task.id == Card.task_id)
                .where(Card.rule_key == key, Card.ended_at.is_(None), Task.closed_at.is_(None))
            ).all()
            assert JUDGES[key](session, still, ROME) == {}
