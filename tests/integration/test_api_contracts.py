"""Contracts over HTTP, on both databases."""

import httpx
import pytest

from cloud.database import Database
from cloud.domain_events import VisitTaken
from tests.integration.club import Club, Json, add_member, day, open_club


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def manager(club: Club) -> httpx.Client:
    return club.client("manager")


def sell(club: Club, client: httpx.Client, **terms: object) -> httpx.Response:
    member = add_member(club, client)
    body = {"plan_name": "Open", "starts_on": day(-30), "ends_on": day(30)} | terms
    return client.post(f"/api/v1/members/{member['id']}/contracts", json=body)


def test_a_contract_is_sold_listed_and_changed(club: Club, manager: httpx.Client) -> None:
    contract = sell(club, manager, visits_total=10).json()
    assert (contract["state"], contract["visits_left"], contract["has_active_fee"]) == ("active", 10, True)
    listed = manager.get(f"/api/v1/members/{contract['member_id']}/contracts").json()
    assert listed == {"items": [contract], "next": None}
    changed = manager.patch(f"/api/v1/contracts/{contract['id']}", json={"ends_on": day(-1), "visits_total": None})
    assert changed.json() == contract | {
        "ends_on": day(-1),
        "visits_total": None,
        "visits_left": None,
        "state": "expired",
        "has_active_fee": False,
        "balance": "red",
        "is_available": False,
    }


def test_grace_days_are_an_active_fee_and_extra_days_are_not(club: Club, manager: httpx.Client) -> None:
    in_grace = sell(club, manager, ends_on=day(-3), grace_days=3).json()
    in_extra = sell(club, manager, ends_on=day(-3), grace_days=2, extra_expiry_days=1).json()
    over = sell(club, manager, ends_on=day(-3), grace_days=1, extra_expiry_days=1).json()
    assert [(c["state"], c["has_active_fee"]) for c in (in_grace, in_extra, over)] == [
        ("grace", True),
        ("extra_expiry", False),
        ("expired", False),
    ]


def test_a_contract_is_frozen_for_some_days_and_not_twice(club: Club, manager: httpx.Client) -> None:
    contract = sell(club, manager).json()
    address = f"/api/v1/contracts/{contract['id']}/freezes"
    frozen = manager.post(address, json={"starts_on": day(0), "ends_on": day(5), "reason": "holiday"})
    assert frozen.status_code == 201
    assert frozen.json()["state"] == "frozen"
    (freeze,) = frozen.json()["freezes"]
    assert freeze | {"id": 0} == {
        "id": 0,
        "starts_on": day(0),
        "ends_on": day(5),
        "reason": "holiday",
        "is_prolonging": False,
    }
    assert manager.post(address, json={"starts_on": day(5), "ends_on": day(9)}).status_code == 409
    assert manager.post(address, json={"starts_on": day(9), "ends_on": day(8)}).status_code == 422
    assert manager.post(address, json={"starts_on": day(31), "ends_on": day(32)}).status_code == 422
    assert manager.post(address, json={"starts_on": day(6), "ends_on": day(9)}).status_code == 201


@pytest.mark.parametrize(
    "terms",
    [
        {"ends_on": day(-31)},
        {"instalments": [{"amount_minor": 100}]},
        {"instalments": [{"amount_minor": 0, "due_on": "2026-01-01"}]},
        {"instalments": [{"amount_minor": 1_000_000_000, "due_on": "2026-01-01"}] * 3},
        {"visits_total": 0},
        {"grace_days": 367},
        {"starts_on": "9999-12-31"},
        {"currency": "euro"},
        {"plan_name": "  "},
        {"plan_name": None},
    ],
)
def test_terms_that_cannot_be_are_refused(club: Club, manager: httpx.Client, terms: Json) -> None:
    answer = sell(club, manager, **terms)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_visit_at_the_gate_burns_a_credit_in_the_same_transaction(club: Club, manager: httpx.Client) -> None:
    contract = sell(club, manager, visits_total=1).json()
    with club.database.transaction() as session:
        for spends in (True, False):
            visit = VisitTaken(contract["member_id"], contract["id"], club.site_id, session.now, spends_visit=spends)
            session.publish(visit)
        session.publish(VisitTaken("mem_gone", "ctr_gone", club.site_id, session.now, spends_visit=True))
    listed = manager.get(f"/api/v1/members/{contract['member_id']}/contracts").json()["items"]
    assert [(c["visits_used"], c["visits_left"], c["state"]) for c in listed] == [(1, 0, "used_up")]
