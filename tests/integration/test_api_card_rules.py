"""Rules of cards over HTTP and on the console's pages."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from cloud.card_rules import keeping
from cloud.contracts import service as contracts
from cloud.contracts.service import ContractDetails
from tests.integration.club import PASSWORD, SYSTEM, Club, add_member


@pytest.fixture
def manager(club: Club) -> httpx.Client:
    return club.client("manager")


def _ending_contract(club: Club, client: httpx.Client) -> str:
    member_id: str = add_member(club, client)["id"]
    tomorrow = datetime.now(ZoneInfo("Europe/Rome")).date() + timedelta(days=1)
    details = ContractDetails(plan_name="Year", starts_on=date(2026, 1, 1), ends_on=tomorrow)
    with club.database.transaction() as session:
        contracts.create(session, SYSTEM, member_id, details)
    return member_id


def _type(client: httpx.Client) -> str:
    answer = client.post("/api/v1/action-types", json={"name": "Renewal call"})
    assert answer.status_code == 201, answer.text
    type_id: str = answer.json()["id"]
    return type_id


def test_a_rule_is_tried_turned_on_and_tells_what_it_did(club: Club, manager: httpx.Client) -> None:
    """Feature 153."""
    member_id = _ending_contract(club, manager)
    every = manager.get("/api/v1/card-rules").json()
    assert (len(every), every[0]["key"], every[0]["is_on"]) == (8, "contract_ending", False)
    found = manager.get("/api/v1/card-rules/contract_ending/dry-run").json()
    assert [(one["member_id"], one["member_name"]) for one in found["touched"]] == [(member_id, "Anna Rossi")]
    assert manager.get("/api/v1/card-rules/contract_ending/dry-run?amount=61").status_code == 422
    assert manager.get("/api/v1/card-rules/unknown_caller/dry-run").status_code == 409
    settings = {"is_on": True, "text": "Renew {plan}", "action_type_id": _type(manager), "minute_of_day": 0}
    answer = manager.patch("/api/v1/card-rules/contract_ending", json=settings)
    assert (answer.status_code, answer.json()["is_on"], answer.json()["amount"]) == (200, True, 1)
    list(keeping.run_due(club.database))
    list(keeping.run_due(club.database))
    runs = manager.get("/api/v1/card-rules/contract_ending/runs").json()["items"]
    assert [(run["opened"], run["ended"], run["skipped"]) for run in runs] == [(1, 0, 0)]
    tasks = manager.get(f"/api/v1/tasks?member_id={member_id}").json()["items"]
    assert [(task["text"], task["created_by"]) for task in tasks] == [("Renew Year", None)]
    assert manager.get("/api/v1/card-rules/contract_ending/dry-run").json()["touched"] == []


def test_only_who_may_edit_the_settings_of_tasks_sets_rules(club: Club) -> None:
    receptionist = club.client("receptionist")
    assert receptionist.get("/api/v1/card-rules").status_code == 200
    assert receptionist.patch("/api/v1/card-rules/absent_first", json={"is_on": True}).status_code == 403
    assert club.client("installer").get("/api/v1/card-rules").status_code == 403
    assert club.client().get("/api/v1/card-rules").status_code == 401


@pytest.mark.parametrize("language", ["en", "it", "ru"])
def test_the_pages_show_try_and_set_a_rule(club: Club, manager: httpx.Client, language: str) -> None:
    """Feature 153."""
    _ending_contract(club, manager)
    type_id = _type(manager)
    browser = club.client()
    assert browser.post("/sign-in", data={"email": "manager@club.test", "password": PASSWORD}).status_code == 303
    token = re.search(r'name="csrf_token" value="(\w+)"', browser.get("/settings/cards").text)
    assert token
    send = {"csrf_token": token[1]}
    assert browser.post("/language", data=send | {"language": language, "next": "/"}).status_code == 303
    assert "Anna Rossi" in browser.get("/settings/cards/contract_ending/look").text
    assert "Anna Rossi" in browser.get("/settings/cards/contract_ending/look?amount=nine").text
    assert browser.get("/settings/cards/unknown_caller/look").status_code == 200
    assert browser.get("/settings/cards/nothing").status_code == 404
    form = browser.get("/settings/cards/contract_ending").text
    assert "{plan}" in form
    fields = {"is_on": "on", "amount": "2", "at": "00:00", "action_type_id": type_id, "text": "{plan}: {day}"}
    for wrong in ({"text": ""}, {"text": "{who}"}, {"amount": "99"}, {"at": "noon"}, {"action_type_id": ""}):
        answer = browser.post("/settings/cards/contract_ending", data=send | fields | wrong)
        assert (answer.status_code, "aria-invalid" in answer.text) == (422, True), wrong
    assert browser.post("/settings/cards/contract_ending", data=send | fields).status_code == 303
    list(keeping.run_due(club.database))
    (rule,) = [one for one in manager.get("/api/v1/card-rules").json() if one["key"] == "contract_ending"]
    assert (rule["is_on"], rule["amount"], rule["language"]) == (True, 2, language)
    assert browser.get("/settings/cards").status_code == 200
