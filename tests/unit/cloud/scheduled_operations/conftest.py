"""A club whose time only moves when told to, with an operation that blocks leads each day at seven."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from cloud.members import service as members
from cloud.members.service import MemberDetails
from cloud.privacy_purposes.policy import standard_id
from cloud.saved_searches import service as saved_searches
from cloud.saved_searches.criteria import CRITERIA
from cloud.saved_searches.service import SearchDetails
from cloud.scheduled_operations import keeping, service
from cloud.scheduled_operations.models import OperationRun, OperationTouch
from cloud.scheduled_operations.service import OperationDetails
from cloud.tasks.models import Task
from tests.card_rules import RuleClub, rule_club
from tests.tasks import add_type
from tests.unit.cloud.saved_searches.conftest import person


@dataclass
class OperationClub:
    """It is noon in UTC, 13:00 in Rome, on Monday 16 March 2026."""

    club: RuleClub
    type_id: str
    search_id: str

    @classmethod
    def of(cls, club: RuleClub) -> "OperationClub":
        with club.database.transaction() as session:
            type_id = add_type(club.club, session)
            criteria = CRITERIA.validate_python({"kind": "members", "state": "lead"})
            details = SearchDetails(name="Leads", criteria=criteria, is_shared=True, is_schedulable=True)
            search_id = saved_searches.create(session, person(club.club.actor.id), details).id
        return cls(club, type_id, search_id)

    def add_lead(self, name: str = "Anna") -> str:
        with self.club.database.transaction() as session:
            details = MemberDetails(site_id=self.club.club.site_id, first_name=name, state="lead")
            return members.create(session, self.club.club.actor, details).id

    def details(self, **changes: Any) -> OperationDetails:
        values: dict[str, Any] = {
            "name": "Leads",
            "search_id": self.search_id,
            "action_type_id": self.type_id,
            "purpose_id": standard_id("contract"),
            "starts_on": self.club.today,
            "minute_of_day": 14 * 60,
        }
        return OperationDetails(**(values | changes))

    def plan(self, **changes: Any) -> str:
        with self.club.database.transaction() as session:
            return service.create(session, self.club.club.actor, self.club.club.site_id, self.details(**changes)).id

    def change(self, operation_id: str, **changes: Any) -> None:
        with self.club.database.transaction() as session:
            service.change(session, self.club.club.actor, operation_id, changes)

    def run(self, **time: float) -> None:
        """Wait, and then a minute of the worker."""
        self.club.wait(**time)
        list(keeping.run_due(self.club.database))

    def tasks(self) -> list[Task]:
        with self.club.database.session() as session:
            return list(session.scalars(select(Task).order_by(Task.id)))

    def runs(self) -> list[OperationRun]:
        with self.club.database.session() as session:
            return list(session.scalars(select(OperationRun).order_by(OperationRun.id)))

    def touches(self) -> list[OperationTouch]:
        with self.club.database.session() as session:
            return list(session.scalars(select(OperationTouch).order_by(OperationTouch.day, OperationTouch.member_id)))


@pytest.fixture
def operations() -> Iterator[OperationClub]:
    with rule_club() as club:
        yield OperationClub.of(club)


def leads_search(client: httpx.Client, criteria: dict[str, str]) -> str:
    """A search that may be scheduled, made over HTTP; its id."""
    body = {"name": "Some", "criteria": criteria, "dates": "moving", "is_shared": True, "is_schedulable": True}
    answer = client.post("/api/v1/saved-searches", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
