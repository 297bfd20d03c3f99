"""Members over HTTP, on both databases."""

import json

import httpx
import pytest

from cloud.database import Database
from tests.integration.club import Club, add_member, open_club


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def desk(club: Club) -> httpx.Client:
    return club.client("receptionist")


def names(client: httpx.Client, query: str) -> list[str]:
    answer = client.get("/api/v1/members", params={"query": query})
    assert answer.status_code == 200, answer.text
    return [f"{item['first_name']} {item['last_name']}" for item in answer.json()["items"]]


def test_a_member_is_added_read_and_changed(club: Club, desk: httpx.Client) -> None:
    member = add_member(club, desk, email="anna@example.org", birth_on="1990-02-28")
    address = f"/api/v1/members/{member['id']}"
    assert desk.get(address).json() == member
    changed = desk.patch(address, json={"last_name": "Bianchi", "email": None})
    assert changed.status_code == 200
    assert changed.json() | {"changed_at": ""} == member | {"last_name": "Bianchi", "email": None, "changed_at": ""}
    assert desk.get(address).json() == changed.json()


def test_a_search_finds_any_part_of_what_is_known_without_case_and_accents(club: Club, desk: httpx.Client) -> None:
    add_member(club, desk, first_name="Niccolò", last_name="D’Àngelo", phone="+39 333 123 4567")
    add_member(club, desk, first_name="Фёдор", last_name="Ёлкин", phone="8 (912) 345-67-89", email="F.Elkin@Mail.ru")
    assert names(desk, "NICCOLO") == names(desk, "angel") == names(desk, "dangelo nicc") == ["Niccolò D’Àngelo"]
    assert names(desk, "елки") == names(desk, "ФЕДОР ёлк") == names(desk, "elkin@mail") == ["Фёдор Ёлкин"]
    assert names(desk, "+7 912 345 67 89") == names(desk, "9123456789") == names(desk, "45-67-89") == ["Фёдор Ёлкин"]
    assert names(desk, "0039 (333) 1234567") == ["Niccolò D’Àngelo"]
    assert names(desk, "nobody") == names(desk, "%") == names(desk, "_") == []


def test_a_search_finds_the_holder_of_a_card_until_it_is_revoked(club: Club, desk: httpx.Client) -> None:
    member = add_member(club, desk)
    address = f"/api/v1/members/{member['id']}/credentials"
    card = desk.post(address, json={"card_number": 54321}).json()
    assert names(desk, "54321") == names(desk, "0000054321") == ["Anna Rossi"]
    assert desk.post(f"/api/v1/credentials/{card['id']}/revoke").status_code == 200
    assert names(desk, "54321") == []


def test_pages_follow_each_other_without_gap_or_repeat(club: Club, desk: httpx.Client) -> None:
    expected = sorted(f"Member{number % 5}" for number in range(23))
    for number in range(23):
        add_member(club, desk, first_name="Twin", last_name=f"Member{number % 5}")
    seen: list[str] = []
    ids: set[str] = set()
    after: dict[str, str] = {}
    while True:
        page = desk.get("/api/v1/members", params={"limit": "4"} | after).json()
        seen += [item["last_name"] for item in page["items"]]
        ids |= {item["id"] for item in page["items"]}
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == expected
    assert len(ids) == 23


def test_a_cursor_that_is_none_is_refused(desk: httpx.Client) -> None:
    for cursor in ("x", "W10", "WzEsMl0", "bm90IGpzb24", "W3t9LHt9XQ", "[]"):
        answer = desk.get("/api/v1/members", params={"after": cursor})
        assert answer.status_code == 422, cursor
        assert answer.json()["errors"][0]["field"] == "after"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "a" * 101),
        ("first_name", "a\x00b"),
        ("first_name", "\ud800"),
        ("email", "nobody"),
        ("phone", "call me"),
        ("birth_on", "1990-02-30"),
        ("birth_on", "0001-01-01"),
        ("locale", "fr"),
        ("note", "a\x07b"),
        ("unknown", 1),
    ],
)
def test_a_field_that_cannot_be_is_named(club: Club, desk: httpx.Client, field: str, value: object) -> None:
    body = {"site_id": club.site_id, "first_name": "Anna", field: value}
    answer = desk.post("/api/v1/members", content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_an_unknown_site_or_member_is_not_found(club: Club, desk: httpx.Client) -> None:
    body = {"site_id": "sit_none", "first_name": "Anna"}
    assert desk.post("/api/v1/members", json=body).json()["type"] == "urn:tornello:problem:site_not_found"
    address = "/api/v1/members/mem_none"
    for answer in (desk.get(address), desk.patch(address, json={})):
        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:tornello:problem:member_not_found"


def test_an_installer_sees_no_members(club: Club) -> None:
    answer = club.client("installer").get("/api/v1/members")
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:tornello:problem:not_permitted"


def test_a_name_that_grows_when_it_is_folded_is_taken(club: Club, desk: httpx.Client) -> None:
    sentence = "\ufdfa" * 100
    add_member(club, desk, first_name=sentence, last_name=sentence)
