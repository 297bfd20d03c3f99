"""Credentials over HTTP, on both databases."""

import httpx
import pytest

from cloud.database import Database
from tests.integration.club import Club, Json, add_member, open_club


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def desk(club: Club) -> httpx.Client:
    return club.client("receptionist")


def issue(desk: httpx.Client, member: Json, **card: object) -> httpx.Response:
    return desk.post(f"/api/v1/members/{member['id']}/credentials", json=card)


def test_a_card_is_issued_with_the_sites_own_facility_code(club: Club, desk: httpx.Client) -> None:
    member = add_member(club, desk)
    answer = issue(desk, member, card_number=12345, label="blue fob")
    assert answer.status_code == 201
    assert answer.json()["canonical"] == "wiegand26:1:12345"
    assert answer.json()["status"] == "active"
    assert desk.get(f"/api/v1/members/{member['id']}/credentials").json() == {"items": [answer.json()], "next": None}


def test_a_card_of_another_length_is_issued_by_its_bits(club: Club, desk: httpx.Client) -> None:
    answer = issue(desk, add_member(club, desk), kind="raw", bit_count=34, data_hex="DEADBEEF40")
    assert answer.json()["canonical"] == "raw34:deadbeef40"


@pytest.mark.parametrize(
    ("card", "canonical"),
    [
        (
            {"kind": "wiegand", "format_name": "wiegand37fc", "facility_code": 9, "card_number": 1234},
            "wiegand37fc:9:1234",
        ),
        ({"kind": "wiegand", "format_name": "club40", "card_number": 7}, "club40:7"),
        ({"kind": "uid", "data_hex": "04A1B2C3"}, "uid:04a1b2c3"),
        ({"kind": "code", "code": " GYM-42 "}, "code:GYM-42"),
    ],
)
def test_whatever_a_reader_can_deliver_can_be_issued(
    club: Club, desk: httpx.Client, card: dict[str, object], canonical: str
) -> None:
    assert issue(desk, add_member(club, desk), **card).json()["canonical"] == canonical


@pytest.mark.parametrize(
    "card",
    [
        {},
        {"kind": "wiegand", "card_number": 1},
        {"kind": "wiegand", "format_name": "raw34", "card_number": 1},
        {"kind": "uid"},
        {"kind": "code", "code": "  "},
        {"card_number": 65536},
        {"card_number": 1, "facility_code": 256},
        {"kind": "raw"},
        {"kind": "raw", "bit_count": 26, "data_hex": "00000000"},
        {"kind": "raw", "bit_count": 34, "data_hex": "00000001"},
        {"kind": "raw", "bit_count": 34, "data_hex": "0000000001"},
        {"kind": "raw", "bit_count": 34, "data_hex": "000000000"},
        {"kind": "smoke", "card_number": 1},
    ],
)
def test_numbers_that_make_no_card_are_refused(club: Club, desk: httpx.Client, card: Json) -> None:
    answer = issue(desk, add_member(club, desk), **card)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_card_in_use_is_not_issued_again_until_it_is_revoked(club: Club, desk: httpx.Client) -> None:
    anna, boris = add_member(club, desk), add_member(club, desk, first_name="Boris")
    card = issue(desk, anna, card_number=7).json()
    refused = issue(desk, boris, card_number=7)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:tornello:problem:credential_in_use")
    assert desk.post(f"/api/v1/credentials/{card['id']}/revoke").json()["status"] == "revoked"
    assert issue(desk, boris, card_number=7).status_code == 201
    again = desk.post(f"/api/v1/credentials/{card['id']}/reactivate")
    assert (again.status_code, again.json()["type"]) == (409, "urn:tornello:problem:credential_in_use")


def test_a_revoked_card_is_reactivated_once(club: Club, desk: httpx.Client) -> None:
    card = issue(desk, add_member(club, desk), card_number=7).json()
    calls = ["revoke", "revoke", "reactivate", "reactivate"]
    answers = [desk.post(f"/api/v1/credentials/{card['id']}/{call}").status_code for call in calls]
    assert answers == [200, 409, 200, 409]


def test_credentials_of_nobody_are_not_found(desk: httpx.Client) -> None:
    assert desk.get("/api/v1/members/mem_none/credentials").status_code == 404
    assert issue(desk, {"id": "mem_none"}, card_number=1).status_code == 404
    assert desk.post("/api/v1/credentials/crd_none/revoke").status_code == 404
