"""Action types, outcomes and tasks over HTTP, on both databases.

Feature 67.
"""

import httpx
import pytest

from cloud.audit.service import find_break
from cloud.database import Database
from cloud.privacy_purposes.policy import standard_id
from tests.integration.club import Club, Json, add_member, open_club

BLOCK = {
    "name": "Talk to them",
    "action_at_access": "message_and_block",
    "device_kinds": ["turnstile"],
    "texts": {"en": "{first_name}, see the desk", "it": "Passi in reception", "ru": "Подойдите"},
    "operator_hint": "Ask for the green pass",
}


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def manager(club: Club) -> httpx.Client:
    return club.client("manager")


@pytest.fixture
def desk(club: Club) -> httpx.Client:
    return club.client("receptionist")


def made(answer: httpx.Response) -> Json:
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def add_type(manager: httpx.Client, **details: object) -> Json:
    return made(manager.post("/api/v1/action-types", json=BLOCK | details))


def add_outcome(manager: httpx.Client, name: str, state_class: str, *, keeps_block: bool = False) -> str:
    body = {"name": name, "state_class": state_class, "keeps_block": keeps_block}
    return str(made(manager.post("/api/v1/outcomes", json=body))["id"])


def test_a_type_warns_as_long_as_nothing_closes_its_tasks(manager: httpx.Client) -> None:
    """Features 115, 118, 125, 126, 127, 128."""
    called = add_outcome(manager, "Called", "in_progress")
    kind = add_type(manager, outcome_ids=[called])
    assert (kind["is_default"], kind["has_no_closing_outcome"]) == (True, True)
    won = add_outcome(manager, "Won", "closed_positive")
    changed = manager.patch(f"/api/v1/action-types/{kind['id']}", json={"outcome_ids": [won, called]}).json()
    assert changed["has_no_closing_outcome"] is False
    assert [outcome["name"] for outcome in changed["outcomes"]] == ["Called", "Won"]
    assert changed["texts"] == BLOCK["texts"]
    assert manager.get("/api/v1/action-types").json()["items"] == [changed]


@pytest.mark.parametrize(
    "details",
    [
        {"name": ""},
        {"colour": "mauve"},
        {"action_at_access": "explode"},
        {"device_kinds": ["toaster"]},
        {"texts": {"en": "{password}"}},
        {"texts": {"fr": "Non"}},
        {"outcome_ids": ["out_unknown"]},
        {"operator_hint": "x" * 301},
    ],
)
def test_a_type_that_cannot_be_is_refused(manager: httpx.Client, details: Json) -> None:
    """Features 116, 120, 123, 124."""
    answer = manager.post("/api/v1/action-types", json=BLOCK | details)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_task_goes_from_beginning_to_result_and_next_step(club: Club, manager: httpx.Client) -> None:
    """Features 129, 131, 132, 133, 134, 135, 148, 163, 164, 165, 166, 229, 230."""
    won = add_outcome(manager, "Won", "closed_positive")
    kind = add_type(manager, outcome_ids=[won])
    status = made(manager.post("/api/v1/enquiry-statuses", json={"name": "Offer sent"}))
    member = add_member(club, manager)
    body = {
        "action_type_id": kind["id"],
        "text": "Call about the renewal",
        "complete_by": "2026-12-01",
        "next_step": "call",
        "next_step_at": "2026-11-24T10:00:00+01:00",
        "purpose_id": standard_id("contract"),
    }
    task = made(manager.post(f"/api/v1/members/{member['id']}/tasks", json=body))
    assert task["next_step_at"] == "2026-11-24T09:00:00Z"
    address = f"/api/v1/tasks/{task['id']}"
    assert manager.patch(address, json={"enquiry_status_id": status["id"]}).status_code == 200
    made(manager.post(f"{address}/comments", json={"text": "Wants the sauna"}))
    assert manager.post(f"{address}/close", json={"outcome_id": won, "result": ""}).status_code == 422
    closing = {
        "outcome_id": won,
        "result": "Renewed",
        "next_task": {"action_type_id": kind["id"], "text": "Welcome them"},
    }
    closed = manager.post(f"{address}/close", json=closing).json()
    assert (closed["task"]["result"], closed["next_task"]["text"]) == ("Renewed", "Welcome them")
    assert manager.post(f"{address}/close", json=closing).status_code == 409
    told = manager.get(f"/api/v1/members/{member['id']}/communication").json()["items"]
    assert sorted(line["kind"] for line in told) == ["changed", "closed", "commented", "created", "created"]
    assert len(manager.get(f"{address}/history").json()["items"]) == 4
    found = manager.get("/api/v1/tasks", params={"outcome_id": won, "closed_from": "2020-01-01T00:00:00Z"}).json()
    assert [item["id"] for item in found["items"]] == [task["id"]]


def test_tasks_come_in_pages_that_skip_and_repeat_nothing(club: Club, manager: httpx.Client) -> None:
    kind = add_type(manager, action_at_access="none")
    member = add_member(club, manager)
    ids = {
        made(manager.post(f"/api/v1/members/{member['id']}/tasks", json={"action_type_id": kind["id"]}))["id"]
        for _ in range(5)
    }
    first = manager.get("/api/v1/tasks", params={"limit": 3}).json()
    second = manager.get("/api/v1/tasks", params={"limit": 3, "after": first["next"]}).json()
    assert {task["id"] for task in first["items"] + second["items"]} == ids
    assert [len(first["items"]), len(second["items"]), second["next"]] == [3, 2, None]


def test_a_bulk_needs_a_purpose_and_the_right_to_it(club: Club, manager: httpx.Client, desk: httpx.Client) -> None:
    """Features 72, 73, 74, 76."""
    kind = add_type(manager)
    people = [add_member(club, desk)["id"] for _ in range(3)]
    body = {"action_type_id": kind["id"], "member_ids": people, "text": "Tell them of the new hours"}
    assert manager.post("/api/v1/tasks/bulk", json=body).status_code == 422
    assert desk.post("/api/v1/tasks/bulk", json=body | {"purpose_id": standard_id("contract")}).status_code == 403
    bulk = made(manager.post("/api/v1/tasks/bulk", json=body | {"purpose_id": standard_id("contract")}))
    assert sorted(task["member_id"] for task in bulk["tasks"]) == sorted(people)
    assert bulk["full_member_ids"] == []


def test_a_task_is_kept_as_a_template_and_forgotten(manager: httpx.Client) -> None:
    """Feature 75."""
    kind = add_type(manager)
    body = {"name": "Monthly check", "action_type_id": kind["id"], "text": "Look at the card", "days_to_complete": 0}
    template = made(manager.post("/api/v1/task-templates", json=body))
    assert manager.post("/api/v1/task-templates", json=body).status_code == 422
    assert manager.get("/api/v1/task-templates").json() == [template]
    assert manager.delete(f"/api/v1/task-templates/{template['id']}").status_code == 204
    assert manager.get("/api/v1/task-templates").json() == []


def test_the_preview_names_whom_a_block_would_stop_and_changes_nothing(club: Club, manager: httpx.Client) -> None:
    """Features 77, 122."""
    kind = add_type(manager)
    member = add_member(club, manager)
    body = {"action_type_id": kind["id"], "member_ids": [member["id"]]}
    preview = manager.post("/api/v1/tasks/bulk/preview", json=body).json()
    assert [(one["name"], one["fate"]) for one in preview["people"]] == [("Anna Rossi", "no_card")]
    assert manager.get("/api/v1/tasks").json()["items"] == []
    made(manager.post(f"/api/v1/members/{member['id']}/tasks", json={"action_type_id": kind["id"]}))
    of_type = manager.post(f"/api/v1/action-types/{kind['id']}/preview", json={"action_at_access": "none"}).json()
    assert (of_type["stopped_count"], len(of_type["people"])) == (0, 1)


def test_the_audit_log_holds_all_of_it(club: Club, manager: httpx.Client) -> None:
    kind = add_type(manager)
    member = add_member(club, manager)
    task = made(manager.post(f"/api/v1/members/{member['id']}/tasks", json={"action_type_id": kind["id"]}))
    assert manager.post(f"/api/v1/tasks/{task['id']}/close", json={"result": "Talked"}).status_code == 200
    assert manager.get(f"/api/v1/tasks/{task['id']}/proof").json() == []
    with club.database.session() as session:
        assert find_break(session) is None
