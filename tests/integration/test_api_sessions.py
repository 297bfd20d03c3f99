"""Signing in and out over HTTP, and who may do what, on both databases."""

from collections.abc import Callable

import httpx
import pytest

from cloud.audit.service import find_break
from cloud.database import Database
from cloud.staff.api import COOKIE
from tests.integration.club import PASSWORD, Club, open_club


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


def sign_in(client: httpx.Client, email: str = "manager@club.test", password: str = PASSWORD) -> httpx.Response:
    return client.post("/api/v1/sessions", json={"email": email, "password": password})


def test_a_session_opens_the_api_until_it_is_closed(club: Club) -> None:
    club.hire("manager")
    client = club.client()
    answer = sign_in(client, " Manager@CLUB.test ")
    assert answer.status_code == 201
    opened = answer.json()
    assert "contracts.write" in opened["permissions"]
    assert "gateways.enrol" not in opened["permissions"]
    bearer = {"Authorization": f"Bearer {opened['token']}"}
    assert client.get("/api/v1/members", headers=bearer).status_code == 200
    assert client.delete("/api/v1/sessions", headers=bearer).status_code == 204
    closed = client.get("/api/v1/members", headers=bearer)
    assert closed.status_code == 401
    assert closed.headers["www-authenticate"] == "Bearer"


def test_wrong_names_and_passwords_are_refused_alike(club: Club) -> None:
    club.hire("manager")
    client = club.client()
    answers = [sign_in(client, password="wrong"), sign_in(client, "nobody@club.test")]
    assert [answer.status_code for answer in answers] == [401, 401]
    problems = [answer.json() | {"request_id": ""} for answer in answers]
    assert problems[0] == problems[1]


def test_a_name_that_no_database_takes_is_an_unknown_name(club: Club) -> None:
    answer = club.client().post("/sign-in", data={"email": "a\x00@b.c", "password": "\x00"})
    assert answer.status_code == 401


def test_guessing_is_slowed_down_for_one_person_and_not_for_the_others(club: Club) -> None:
    club.hire("manager")
    club.hire("receptionist")
    client = club.client()
    for _ in range(10):
        assert sign_in(client, password="wrong").status_code == 401
    refused = sign_in(client)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 300
    assert sign_in(client, "receptionist@club.test").status_code == 201


def test_the_cookie_needs_the_csrf_token_for_changes(club: Club) -> None:
    club.hire("manager")
    client = club.client()
    opened = sign_in(client).json()
    client.cookies.set(COOKIE, opened["token"])
    body = {"site_id": club.site_id, "first_name": "Anna"}
    assert client.get("/api/v1/members").status_code == 200
    for headers in ({}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": ""}):
        refused = client.post("/api/v1/members", json=body, headers=headers)
        assert refused.status_code == 403
        assert refused.json()["type"] == "urn:tornello:problem:csrf_token_wrong"
    accepted = client.post("/api/v1/members", json=body, headers={"X-CSRF-Token": opened["csrf_token"]})
    assert accepted.status_code == 201


@pytest.mark.parametrize("token", ["", "x", "\udce9".encode("utf-8", "surrogateescape").decode("latin-1"), "a" * 5000])
def test_a_token_that_is_none_opens_nothing(club: Club, token: str) -> None:
    headers = [(b"authorization", b"Bearer " + token.encode("latin-1"))]
    assert club.client().get("/api/v1/members", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("receptionist", {"members.read", "flags.write"}),
        ("manager", {"members.read", "flags.write", "contracts.write"}),
        ("administrator", {"members.read", "flags.write", "contracts.write", "gateways.enrol"}),
        ("installer", {"gateways.enrol"}),
    ],
)
def test_each_role_may_do_its_part(club: Club, role: str, may: set[str]) -> None:
    client = club.client(role)
    calls: dict[str, Callable[[], httpx.Response]] = {
        "members.read": lambda: client.get("/api/v1/members"),
        "flags.write": lambda: client.post("/api/v1/flags/flg_none/clear"),
        "contracts.write": lambda: client.patch("/api/v1/contracts/ctr_none", json={}),
        "gateways.enrol": lambda: client.post("/api/v1/sites/sit_none/claim-tokens", json={"lane_id": "lan_none"}),
    }
    assert {permission for permission, call in calls.items() if call().status_code != 403} == may


def test_the_audit_log_is_whole_after_sessions(club: Club) -> None:
    client = club.client("manager")
    client.delete("/api/v1/sessions")
    with club.database.session() as session:
        assert find_break(session) is None
