"""Telephone exchanges over HTTP: who is believed, what becomes of a call, and the pages."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from cloud.card_rules import rules
from cloud.database import Database
from cloud.phone_calls import exchanges, service
from cloud.phone_calls.service import Call
from cloud.phone_calls.signature import sign
from tests.integration.club import PASSWORD, SECRET, SYSTEM, Club, open_club


@pytest.fixture
def manager(club: Club) -> httpx.Client:
    return club.client("manager")


def _tell(client: httpx.Client, exchange_id: str, secret: str, told: object, *, age_s: int = 0) -> httpx.Response:
    body, stamp = json.dumps(told).encode(), str(int(time.time()) - age_s)
    headers = {"Tornello-Timestamp": stamp, "Tornello-Signature": sign(secret, stamp, body)}
    return client.post(f"/api/v1/phone-exchanges/{exchange_id}/calls", content=body, headers=headers)


def _set_up(club: Club, manager: httpx.Client) -> tuple[str, str]:
    """An exchange and its secret, with the rule on."""
    type_id = manager.post("/api/v1/action-types", json={"name": "Call back"}).json()["id"]
    settings = {"is_on": True, "text": "Called from {phone}", "action_type_id": type_id}
    assert manager.patch("/api/v1/card-rules/unknown_caller", json=settings).status_code == 200
    made = manager.post("/api/v1/phone-exchanges", json={"site_id": club.site_id, "name": "Desk"})
    assert made.status_code == 201
    return made.json()["id"], made.json()["secret"]


def test_a_signed_call_becomes_a_lead_once(club: Club, manager: httpx.Client) -> None:
    """Feature 151."""
    exchange_id, secret = _set_up(club, manager)
    stranger = club.client()
    told = {"call_id": "1", "from": "+39 333 765 4321", "queue": "desk"}
    answers = [_tell(stranger, exchange_id, secret, told) for _ in range(2)]
    assert [(answer.status_code, answer.json()["is_new"]) for answer in answers] == [(200, True), (200, True)]
    tasks = manager.get("/api/v1/tasks").json()["items"]
    assert [task["text"] for task in tasks] == ["Called from +39 333 765 4321"]
    listed = manager.get("/api/v1/phone-exchanges").text
    assert "Desk" in listed
    assert secret not in listed


def test_what_is_not_signed_just_now_by_a_known_exchange_is_refused(club: Club, manager: httpx.Client) -> None:
    """Feature 151."""
    exchange_id, secret = _set_up(club, manager)
    stranger, told = club.client(), {"call_id": "1", "from": "+393337654321"}
    assert _tell(stranger, exchange_id, "guess", told).status_code == 401
    assert _tell(stranger, exchange_id, secret, told, age_s=400).status_code == 401
    assert _tell(stranger, "pex_nobody", secret, told).status_code == 401
    assert _tell(stranger, "pex_nobody", "", told).status_code == 401
    assert stranger.post(f"/api/v1/phone-exchanges/{exchange_id}/calls", json=told).status_code == 422
    assert _tell(stranger, exchange_id, secret, {"from": "+39333"}).status_code == 422
    assert _tell(stranger, exchange_id, secret, ["call"]).status_code == 422
    assert manager.post(f"/api/v1/phone-exchanges/{exchange_id}/withdraw").status_code == 200
    assert _tell(stranger, exchange_id, secret, told).status_code == 401
    assert manager.get("/api/v1/tasks").json()["items"] == []


def test_who_guesses_has_to_wait(club: Club, manager: httpx.Client) -> None:
    """Feature 151."""
    exchange_id, secret = _set_up(club, manager)
    stranger, told = club.client(), {"call_id": "1", "from": "+393337654321"}
    for _ in range(service.CALLS_REFUSED_MAX):
        assert _tell(stranger, exchange_id, "guess", told).status_code == 401
    answer = _tell(stranger, exchange_id, secret, told)
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)


def test_only_who_may_edit_the_settings_of_tasks_adds_exchanges(club: Club) -> None:
    receptionist = club.client("receptionist")
    assert receptionist.get("/api/v1/phone-exchanges").status_code == 403
    body = {"site_id": club.site_id, "name": "Desk"}
    assert receptionist.post("/api/v1/phone-exchanges", json=body).status_code == 403


def test_two_exchanges_that_tell_of_one_caller_at_once_make_one_lead(database: Database) -> None:
    """Feature 151."""
    club = open_club(database)
    with database.transaction() as session:
        made = [exchanges.create(session, SYSTEM, SECRET, club.site_id, name)[0].id for name in ("A", "B")]
    _turn_on(club)

    def tell(number: int) -> bool:
        with database.transaction() as session:
            return service.take(session, made[number % 2], Call(str(number // 2), "+393337654321")).is_new

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(tell, range(8))) == [False] * 7 + [True]


def _turn_on(club: Club) -> None:
    manager = club.client("administrator")
    type_id = manager.post("/api/v1/action-types", json={"name": "Call back"}).json()["id"]
    with club.database.transaction() as session:
        rules.change(session, SYSTEM, "unknown_caller", {"is_on": True, "text": "x", "action_type_id": type_id})


@pytest.mark.parametrize("language", ["en", "it", "ru"])
def test_the_page_adds_shows_and_withdraws_an_exchange(club: Club, manager: httpx.Client, language: str) -> None:
    """Feature 151."""
    browser = club.client()
    assert browser.post("/sign-in", data={"email": "manager@club.test", "password": PASSWORD}).status_code == 303
    token = re.search(r'name="csrf_token" value="(\w+)"', browser.get("/settings/telephone").text)
    assert token
    send = {"csrf_token": token[1]}
    browser.post("/language", data=send | {"language": language, "next": "/"})
    assert "site_id" in browser.get("/settings/telephone/new").text
    assert browser.post("/settings/telephone", data=send | {"name": ""}).status_code == 422
    made = browser.post("/settings/telephone", data=send | {"name": "Desk", "site_id": club.site_id})
    found = re.search(r"phone-exchanges/(pex_\w+)/calls", made.text)
    assert found
    assert made.headers["Cache-Control"] == "no-store"
    again = browser.post("/settings/telephone", data=send | {"name": "Desk", "site_id": club.site_id})
    assert (again.status_code, "aria-invalid" in again.text) == (422, True)
    with club.database.transaction() as session:
        service.take(session, found[1], Call("1", "+393337654321"))
        service.take(session, found[1], Call("2", ""))
    assert "+39 333 765 4321" in browser.get("/settings/telephone").text
    assert "Desk" in browser.get(f"/settings/telephone/{found[1]}/withdraw").text
    for _ in range(2):
        assert browser.post(f"/settings/telephone/{found[1]}/withdraw", data=send).status_code == 303
