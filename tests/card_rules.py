"""A club whose time only moves when told to, with rules that begin cards, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cloud import bus
from cloud.billing import charges, instalments
from cloud.billing.charges import ChargeDetails
from cloud.card_rules import keeping, rules
from cloud.card_rules.models import Card
from cloud.card_rules.policy import RuleKey
from cloud.contracts import service as contracts
from cloud.contracts.service import ContractDetails, Origin
from cloud.database import Database
from cloud.domain_events import VisitTaken
from cloud.kit.ids import new_id
from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.tasks.models import Task, TaskEntry
from tests.club import Club
from tests.tables import create_tables
from tests.tasks import add_type

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)


class RuleClub:
    """A club at `now`; each of its steps is a transaction of its own, as in real life."""

    def __init__(self, database: Database, now: list[datetime]) -> None:
        self.database = database
        self._now = now
        self.club = Club.found(database)
        with database.transaction() as session:
            self.type_id = add_type(self.club, session, name="Call", action_at_access="none", texts={})

    @property
    def now(self) -> datetime:
        return self._now[0]

    @property
    def today(self) -> date:
        return self.now.date()

    def wait(self, **time: float) -> None:
        self._now[0] += timedelta(**time)

    def turn_on(self, key: RuleKey, **settings: Any) -> None:
        values = {"is_on": True, "action_type_id": self.type_id, "text": "{plan} {day}", "minute_of_day": 0} | settings
        with self.database.transaction() as session:
            rules.change(session, self.club.actor, key, values)

    def add_member(self, name: str = "Anna") -> str:
        with self.database.transaction() as session:
            details = MemberDetails(site_id=self.club.site_id, first_name=name, phone="+393331234567")
            return members.create(session, self.club.actor, details).id

    def sell(self, member_id: str, *, days: int, kind: str = "fixed_term", **details: Any) -> str:
        """A contract that ends in so many days."""
        terms: dict[str, Any] = {"plan_name": "Year", "starts_on": self.today - timedelta(days=30)} | details
        contract = ContractDetails(ends_on=self.today + timedelta(days=days), **terms)
        with self.database.transaction() as session:
            return contracts.create(session, self.club.actor, member_id, contract, Origin(kind=kind)).id

    def owe(self, contract_id: str, *, due_in_days: int = 0) -> str:
        part = instalments.InstalmentDetails(
            amount_minor=4900, currency="EUR", due_on=self.today + timedelta(days=due_in_days)
        )
        with self.database.transaction() as session:
            member_id = contracts.get(session, contract_id).member_id
            return instalments.ask_for(session, contract_id, member_id, [part])[0].id

    def charge(self, instalment_id: str, *, is_paid: bool) -> str:
        details = ChargeDetails(method="provider", outcome="succeeded" if is_paid else "failed")
        with self.database.transaction() as session:
            return charges.record(session, self.club.actor, instalment_id, details, idempotency_key=new_id("key")).id

    def visit(self, member_id: str, *, at: datetime | None = None) -> None:
        with self.database.transaction() as session:
            session.publish(VisitTaken(member_id, None, self.club.site_id, at or session.now, spends_visit=False))

    def run(self) -> None:
        """One minute of the worker."""
        list(keeping.run_due(self.database))

    def cards(self, key: RuleKey | None = None) -> list[Card]:
        with self.database.session() as session:
            query = select(Card).order_by(Card.id)
            return list(session.scalars(query if key is None else query.where(Card.rule_key == key)))

    def task(self, card: Card) -> Task:
        with self.database.session() as session:
            return session.scalars(select(Task).where(Task.id == card.task_id)).one()

    def lines(self, card: Card) -> list[tuple[str, Any]]:
        """The history of the card's task: the kind of each line, and why."""
        with self.database.session() as session:
            query = select(TaskEntry).where(TaskEntry.task_id == card.task_id).order_by(TaskEntry.id)
            return [(line.kind, line.changes.get("because")) for line in session.scalars(query)]


@contextmanager
def rule_club(url: str = "sqlite://") -> Iterator[RuleClub]:
    """A club in a fresh database."""
    now = [NOON]
    database = Database(url, dispatch=bus.dispatch, clock=lambda: now[0])
    create_tables(database)
    try:
        yield RuleClub(database, now)
    finally:
        database.close()


def shared_rule_club(path: Path) -> Any:
    """A club for several threads."""
    return rule_club(f"sqlite:///{path / 'tornello.db'}")
