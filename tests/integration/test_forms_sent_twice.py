"""A form that is sent twice, by a second click or a reload, does what it does once."""

import re
from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from cloud import bus
from cloud.action_types import service as action_types
from cloud.action_types.service import ActionTypeDetails
from cloud.billing.models import Instalment
from cloud.contracts.models import Contract
from cloud.database import Base, Database
from cloud.idempotency.service import take_form
from cloud.privacy_purposes.policy import standard_id
from cloud.tasks.models import Task
from tests.integration.club import SYSTEM, Club, add_member, day, open_club
from tests.integration.test_contract_pages import PLAN
from tests.integration.test_people_pages import Desk
from tests.tables import create_tables


@pytest.fixture
def club() -> Iterator[Club]:
    database = Database("sqlite://", dispatch=bus.dispatch)
    create_tables(database)
    yield open_club(database)
    database.close()


def count(club: Club, model: type[Base]) -> int:
    with club.database.session() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def hidden(form: str) -> str:
    return str(re.findall(r'name="request_id" value="(\w+)"', form)[0])


def test_a_plan_is_sold_once_by_two_clicks_and_again_by_another_form(club: Club) -> None:
    desk = Desk(club, "manager")
    assert desk.send(f"/sites/{club.site_id}/plans", **PLAN).status_code == 303
    member = f"/members/{add_member(club, club.client('administrator'))['id']}"
    form = desk.see(f"{member}/sales/new")
    fields = {"plan_id": re.findall(r"pln_\w+", form)[0], "starts_on": day(0), "request_id": hidden(form)}
    assert desk.send(f"{member}/sales", **(fields | {"starts_on": "never"})).status_code == 422
    for _ in range(2):
        assert desk.send(f"{member}/sales", **fields).status_code == 303
    assert (count(club, Contract), count(club, Instalment)) == (1, 3)
    fields["request_id"] = hidden(desk.see(f"{member}/sales/new"))
    assert desk.send(f"{member}/sales", **fields).status_code == 303
    assert count(club, Contract) == 2


def test_terms_are_agreed_on_once_by_two_clicks(club: Club) -> None:
    desk = Desk(club, "manager")
    member = f"/members/{add_member(club, club.client('administrator'))['id']}"
    fields = {"plan_name": "Year", "starts_on": day(0), "ends_on": day(364), "grace_days": "0"}
    fields |= {
        "extra_expiry_days": "0",
        "guests_per_day": "0",
        "request_id": hidden(desk.see(f"{member}/contracts/new")),
    }
    for _ in range(2):
        assert desk.send(f"{member}/contracts", **fields).status_code == 303
    assert count(club, Contract) == 1


def test_tasks_for_many_are_begun_once_by_two_clicks(club: Club) -> None:
    desk = Desk(club, "manager")
    member_id = add_member(club, club.client("administrator"))["id"]
    with club.database.transaction() as session:
        type_id = action_types.create(session, SYSTEM, ActionTypeDetails(name="Call")).id
    fields = {"action_type_id": type_id, "purpose_id": standard_id("contract"), "member_ids": member_id}
    summary = desk.send("/tasks/bulk/summary", **fields)
    fields["request_id"] = hidden(summary.text)
    for _ in range(2):
        assert desk.send("/tasks/bulk", **fields).status_code == 303
    assert count(club, Task) == 1


def test_of_two_clicks_at_once_one_counts(database: Database) -> None:
    begin, taken = Barrier(2), list[bool]()

    def click() -> None:
        begin.wait(20)
        with database.transaction() as session:
            taken.append(take_form(session, "stf_1", "req_1"))

    clicks = [Thread(target=click) for _ in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert sorted(taken) == [False, True]
