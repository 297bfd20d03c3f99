"""Scheduled operations in the console and over HTTP; and workers at once, on both databases."""

import csv
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier

import httpx
import pytest

from cloud.database import Database
from cloud.kit.clock import utc_now
from cloud.privacy_purposes.policy import standard_id
from cloud.scheduled_operations import keeping, running, service
from tests.card_rules import RuleClub
from tests.integration.club import Club, add_member, day
from tests.integration.test_task_pages import TYPE, Browser, add_person, id_in
from tests.unit.cloud.scheduled_operations.conftest import OperationClub, leads_search

ADDRESS = "/settings/operations"


@pytest.fixture
def operations(database: Database) -> OperationClub:
    rules = RuleClub(database, [datetime.now(UTC)])
    return OperationClub.of(rules)


def test_workers_at_once_begin_one_task_for_each(operations: OperationClub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Feature 142."""
    leads = {operations.add_lead() for _ in range(12)}
    operation = operations.plan(
        minute_of_day=0, weekdays=(1, 2, 3, 4, 5, 6, 7), starts_on=utc_now().date() - timedelta(days=1)
    )
    with operations.club.database.transaction() as session:
        service.get(session, operation).armed_at = utc_now() - timedelta(days=2)
    monkeypatch.setattr(running, "AT_ONCE", 3)
    start = Barrier(4)

    def work() -> None:
        start.wait()
        list(keeping.run_due(operations.club.database))

    with ThreadPoolExecutor(4) as pool:
        for worker in [pool.submit(work) for _ in range(4)]:
            worker.result()
    tasks = operations.tasks()
    assert len(tasks) == 12
    assert {task.member_id for task in tasks} == leads
    assert [(run.outcome, run.begun) for run in operations.runs()] == [("done", 12)]


@dataclass
class Desk:
    """A manager, and what an operation needs: somebody with a card, a type that blocks, a search."""

    browser: Browser
    client: httpx.Client
    new: str
    fields: dict[str, str]

    @classmethod
    def of(cls, club: Club) -> "Desk":
        client = club.client("manager")
        browser = Browser(club)
        add_person(club, "Zita", 7)
        browser.send("/settings/tasks/types", TYPE)
        assert "No search may be scheduled yet" in browser.get(ADDRESS)
        fields = {
            "name": "Green pass",
            "search_id": leads_search(client, {"kind": "members", "query": "Zita"}),
            "action_type_id": id_in(browser.get("/settings/tasks"), r"/settings/tasks/types/(aty_\w+)"),
            "purpose_id": standard_id("contract"),
            "text": "Ask for it",
            "days_to_complete": "0",
            "kind": "recurring",
            "at": "07:00",
            "weekday_1": "on",
            "starts_on": day(),
            "ends_on": "",
        }
        return cls(browser, client, f"{ADDRESS}/new/{club.site_id}", fields)

    def plan(self) -> str:
        """Save the operation; its id."""
        assert self.browser.send(self.new, self.fields) == ADDRESS
        (operation,) = self.client.get("/api/v1/scheduled-operations").json()["items"]
        assert (operation["state"], operation["weekdays"], operation["minute_of_day"]) == ("active", [1], 420)
        assert operation["next_at"] is not None
        return str(operation["id"])


def test_a_block_is_planned_after_a_look_at_whom_it_would_stop(club: Club) -> None:
    """Features 138, 141 and 142."""
    desk = Desk.of(club)
    browser, fields = desk.browser, desk.fields
    assert fields["search_id"] in browser.get(desk.new)
    for wrong in ({"at": "25:00"}, {"purpose_id": ""}, {"ends_on": "2026-01-01"}):
        assert browser.post(f"{desk.new}/summary", fields | wrong).status_code == 422, wrong
    without_days = {name: value for name, value in fields.items() if name != "weekday_1"}
    assert "Choose a day of the week" in browser.post(f"{desk.new}/summary", without_days).text
    summary = browser.post(f"{desk.new}/summary", fields)
    assert summary.status_code == 200
    assert re.search(r"would be stopped.*Zita", summary.text, re.DOTALL)
    assert desk.client.get("/api/v1/scheduled-operations").json()["items"] == []

    here = f"{ADDRESS}/{desk.plan()}"
    assert "Zita" in browser.get(here)
    assert browser.send(f"{here}/suspend", {}) == ADDRESS
    assert "Suspended" in browser.get(ADDRESS)
    assert "Zita" in browser.get(f"{here}/resume"), "whom it would stop, again"
    browser.send(f"{here}/resume", {})
    assert "07:00" in browser.get(f"{here}/edit")
    assert "Zita" in browser.post(f"{here}/summary", fields | {"name": "Passes"}).text
    browser.send(here, fields | {"name": "Passes"})
    assert "Passes" in browser.get(ADDRESS)


def test_what_an_operation_did_is_told_and_its_search_stays(club: Club) -> None:
    """Feature 142."""
    desk = Desk.of(club)
    browser, client, search_id = desk.browser, desk.client, desk.fields["search_id"]
    operation_id = desk.plan()
    here, api = f"{ADDRESS}/{operation_id}", f"/api/v1/scheduled-operations/{operation_id}"
    with club.database.transaction() as session:
        armed = service.get(session, operation_id)
        armed.armed_at, armed.minute_of_day, armed.weekdays = utc_now() - timedelta(days=2), 0, [1, 2, 3, 4, 5, 6, 7]
        armed.starts_on -= timedelta(days=1)
    list(keeping.run_due(club.database))
    page = browser.get(here)
    assert "Done" in page
    day = id_in(page, r"/runs/([0-9-]+)")
    assert "Zita" in browser.get(f"{here}/runs/{day}")
    assert f"{here}/runs/{day}/export?form=csv" in browser.get(f"{here}/runs/{day}")
    header, row = csv.reader(browser.get(f"{here}/runs/{day}/export?form=csv").lstrip("\ufeff").splitlines())
    told = dict(zip(header, row, strict=True))
    assert ("Zita" in told["Member"], told["Outcome"]) == (True, "a task was begun")
    assert [run["begun"] for run in client.get(f"{api}/runs").json()["items"]] == [1]
    assert [each["fate"] for each in client.get(f"{api}/runs/{day}").json()] == ["begun"]
    assert [each["fate"] for each in client.get(f"{api}/dry-run").json()["skipped"]] == ["still_open"]
    used = client.delete(f"/api/v1/saved-searches/{search_id}")
    assert (used.status_code, used.json()["type"].rpartition(":")[2]) == (409, "saved_search_in_use")
    assert "Green pass" in browser.post(f"/searches/{search_id}/delete", {}).text
    assert browser.send(f"{here}/delete", {}) == ADDRESS
    assert client.delete(f"/api/v1/saved-searches/{search_id}").status_code == 204


def test_operations_over_http(club: Club) -> None:
    client = club.client("manager")
    add_member(club, client, first_name="Anna", state="lead")
    type_id = client.post("/api/v1/action-types", json={"name": "Call"}).json()["id"]
    body = {
        "name": "Leads",
        "search_id": leads_search(client, {"kind": "members", "state": "lead"}),
        "action_type_id": type_id,
        "purpose_id": standard_id("contract"),
        "minute_of_day": 420,
        "starts_on": day(),
    }
    at = f"/api/v1/sites/{club.site_id}/scheduled-operations"
    preview = client.post(f"{at}/preview", json=body)
    assert [each["name"] for each in preview.json()["people"]] == ["Anna Rossi"], preview.text
    assert client.post(at, json=body | {"weekdays": [8]}).status_code == 422
    made = client.post(at, json=body)
    assert made.status_code == 201, made.text
    one = f"/api/v1/scheduled-operations/{made.json()['id']}"
    assert client.patch(one, json={"is_active": False}).json()["state"] == "suspended"
    assert client.get(one).json()["next_at"] is None
    assert club.client("receptionist").patch(one, json={"is_active": True}).status_code == 403
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404
