"""Flags over HTTP, on both databases."""

import httpx
import pytest

from cloud.audit.models import AuditEntry
from cloud.audit.service import find_break
from cloud.database import Database
from tests.integration.club import Club, Json, add_member, open_club

BLOCK = {"effect": "block", "texts": {"en": "See the front desk", "it": "Passi in reception"}}


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def desk(club: Club) -> httpx.Client:
    return club.client("receptionist")


def raise_flag(club: Club, desk: httpx.Client, **flag: object) -> httpx.Response:
    return desk.post(f"/api/v1/members/{add_member(club, desk)['id']}/flags", json=BLOCK | flag)


def test_a_flag_is_raised_read_and_cleared_once(club: Club, desk: httpx.Client) -> None:
    flag = raise_flag(club, desk, priority=5, starts_at="2026-01-01T10:00:00+02:00").json()
    assert flag["starts_at"] == "2026-01-01T08:00:00Z"
    assert flag["texts"] == BLOCK["texts"]
    assert desk.get(f"/api/v1/flags/{flag['id']}").json()["effect"] == "block"
    cleared = desk.post(f"/api/v1/flags/{flag['id']}/clear")
    assert cleared.json()["cleared_at"] is not None
    assert desk.post(f"/api/v1/flags/{flag['id']}/clear").status_code == 409
    listed = desk.get(f"/api/v1/members/{flag['member_id']}/flags").json()
    assert listed == {"items": [cleared.json()], "next": None}


def test_a_flag_may_be_for_doors_alone(club: Club, desk: httpx.Client) -> None:
    assert raise_flag(club, desk, device_kinds=["door"]).json()["device_kinds"] == ["door"]


def test_flags_come_newest_first_in_pages(club: Club, desk: httpx.Client) -> None:
    member = add_member(club, desk)
    address = f"/api/v1/members/{member['id']}/flags"
    ids = [desk.post(address, json={"effect": "message", "priority": n}).json()["id"] for n in range(5)]
    first = desk.get(address, params={"limit": 3}).json()
    second = desk.get(address, params={"limit": 3, "after": first["next"]}).json()
    assert {flag["id"] for flag in first["items"] + second["items"]} == set(ids)
    assert [len(first["items"]), len(second["items"]), second["next"]] == [3, 2, None]


@pytest.mark.parametrize(
    "flag",
    [
        {"effect": "bless"},
        {"texts": {"fr": "Non"}},
        {"texts": {"en": ""}},
        {"texts": {"en": "a" * 161}},
        {"texts": {"en": "a\nb"}},
        {"device_kinds": ["toaster"]},
        {"priority": 1001},
        {"starts_at": "2026-01-01T10:00:00"},
        {"starts_at": "2026-01-02T10:00:00Z", "ends_at": "2026-01-02T10:00:00Z"},
        {"ends_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_a_flag_that_cannot_be_is_refused(club: Club, desk: httpx.Client, flag: Json) -> None:
    answer = raise_flag(club, desk, **flag)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_member_has_at_most_fifty_flags(club: Club, desk: httpx.Client) -> None:
    address = f"/api/v1/members/{add_member(club, desk)['id']}/flags"
    assert {desk.post(address, json={"effect": "message"}).status_code for _ in range(50)} == {201}
    assert desk.post(address, json={"effect": "message"}).status_code == 409


def test_the_audit_log_tells_who_raised_and_cleared(club: Club, desk: httpx.Client) -> None:
    flag = raise_flag(club, desk).json()
    answer = desk.post(f"/api/v1/flags/{flag['id']}/clear")
    with club.database.session() as session:
        entries = session.query(AuditEntry).filter_by(entity_id=flag["id"]).order_by(AuditEntry.seq).all()
        assert [(entry.action, entry.actor_id) for entry in entries] == [
            ("flag.raise", flag["raised_by"]),
            ("flag.clear", flag["raised_by"]),
        ]
        assert entries[1].request_id == answer.headers["x-request-id"]
        assert find_break(session) is None
