"""Plans, sales and payments over HTTP on both databases, as far as the rows that the gates get."""

from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest

from cloud.database import Database
from cloud.desired_state import service as desired_state
from sync_protocol.state_rows import FlagRow
from tests.integration.club import Club, Json, add_member, day, open_club

MONTHLY: Json = {"name": "Month", "kind": "recurring", "price_minor": 4900, "length": 1}


@pytest.fixture
def club(database: Database) -> Club:
    return open_club(database)


@pytest.fixture
def manager(club: Club) -> httpx.Client:
    return club.client("manager")


def add_plan(club: Club, manager: httpx.Client, **changes: object) -> Json:
    answer = manager.post(f"/api/v1/sites/{club.site_id}/plans", json=MONTHLY | changes)
    assert answer.status_code == 201, answer.text
    plan: Json = answer.json()
    return plan


def sell(club: Club, manager: httpx.Client, plan: Json, **details: object) -> Json:
    member = add_member(club, manager)
    answer = manager.post(f"/api/v1/members/{member['id']}/sales", json={"plan_id": plan["id"], **details})
    assert answer.status_code == 201, answer.text
    contract: Json = answer.json()
    return contract


def instalments_of(manager: httpx.Client, contract: Json) -> list[Json]:
    items: list[Json] = manager.get(f"/api/v1/contracts/{contract['id']}/instalments").json()["items"]
    return items


def charge(client: httpx.Client, due: Json, key: str, **body: object) -> httpx.Response:
    address = f"/api/v1/instalments/{due['id']}/charges"
    return client.post(address, json={"method": "provider"} | body, headers={"Idempotency-Key": key})


def dues_at_the_gates(club: Club) -> list[tuple[str, str]]:
    """Effect and first day of each flag for dues, as gateways have it."""
    with club.database.session() as session:
        snapshot = desired_state.take_snapshot(session, club.site_id)
    rows = [row for chunk in snapshot.chunks for row in chunk.rows]
    flags = [row for row in rows if isinstance(row, FlagRow) and row.source == "dues"]
    zone = ZoneInfo("Europe/Rome")
    return sorted((flag.effect, datetime.fromtimestamp(flag.starts_at or 0, zone).date().isoformat()) for flag in flags)


def test_dues_are_flags_at_the_gates_before_their_day_and_go_with_the_payment(
    club: Club, manager: httpx.Client
) -> None:
    contract = sell(club, manager, add_plan(club, manager), starts_on=day(10))
    assert dues_at_the_gates(club) == [("block", day(17)), ("message", day(10))]
    first, second, *_ = instalments_of(manager, contract)
    paid = charge(club.client("cashier"), first, "one")
    assert (paid.status_code, paid.json()["amount_minor"]) == (201, 4900)
    following = second["due_on"]
    assert dues_at_the_gates(club)[1] == ("message", following)
    reversed_ = manager.post(f"/api/v1/charges/{paid.json()['id']}/reversal", json={"reason": "charged back"})
    assert reversed_.status_code == 200
    assert dues_at_the_gates(club)[1] == ("message", day(10))
    put_off = manager.patch(f"/api/v1/instalments/{first['id']}", json={"due_on": day(12)})
    assert put_off.json()["due_on"] == day(12)
    assert dues_at_the_gates(club) == [("block", day(19)), ("message", day(12))]


def test_a_charge_that_fails_leaves_the_debt_and_is_listed_with_its_reason(club: Club, manager: httpx.Client) -> None:
    contract = sell(club, manager, add_plan(club, manager))
    due = instalments_of(manager, contract)[0]
    failed = charge(manager, due, "try-1", outcome="failed", failure="insufficient_funds")
    assert failed.status_code == 201
    debts = manager.get(f"/api/v1/sites/{club.site_id}/instalments").json()["items"]
    assert [(one["id"], one["paid_minor"], one["charges"][0]["failure"]) for one in debts] == [
        (due["id"], 0, "insufficient_funds")
    ]
    assert charge(manager, due, "try-2").json()["outcome"] == "succeeded"
    assert manager.get(f"/api/v1/sites/{club.site_id}/instalments").json()["items"] == []


def test_a_report_that_comes_twice_counts_once_and_its_key_stands_for_nothing_else(
    club: Club, manager: httpx.Client
) -> None:
    due = instalments_of(manager, sell(club, manager, add_plan(club, manager)))[0]
    first, again = (charge(manager, due, "k", amount_minor=100) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    other = charge(manager, due, "k", amount_minor=200)
    assert (other.status_code, other.json()["type"]) == (409, "urn:tornello:problem:idempotency_reused")
    assert manager.get(f"/api/v1/instalments/{due['id']}").json()["paid_minor"] == 100
    assert manager.post(f"/api/v1/instalments/{due['id']}/charges", json={"method": "cash"}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"reference": "4111 1111 1111 1111"},
        {"failure": "4111111111111111"},
        {"amount_minor": 4901},
        {"amount_minor": 0},
    ],
)
def test_card_numbers_and_wrong_amounts_are_refused(club: Club, manager: httpx.Client, body: Json) -> None:
    due = instalments_of(manager, sell(club, manager, add_plan(club, manager)))[0]
    answer = charge(manager, due, "k", **body)
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, list(body))


def test_a_contract_is_renewed_extended_and_ended(club: Club, manager: httpx.Client) -> None:
    plan = add_plan(club, manager, kind="fixed_term", instalments_count=3, length=3)
    old = sell(club, manager, plan)
    address = f"/api/v1/members/{old['member_id']}/sales"
    new = manager.post(address, json={"plan_id": plan["id"], "renews_id": old["id"]}).json()
    assert new["renews_id"] == old["id"]
    assert new["starts_on"] > old["ends_on"]
    assert manager.post(address, json={"plan_id": plan["id"], "renews_id": old["id"]}).status_code == 409
    longer = manager.post(f"/api/v1/contracts/{new['id']}/extension", json={"ends_on": day(400), "reason": "gift"})
    assert longer.json()["ends_on"] == day(400)
    ended = manager.post(f"/api/v1/contracts/{old['id']}/end", json={"ends_on": day(1), "reason": "moved"})
    assert (ended.json()["ends_on"], len(instalments_of(manager, old))) == (day(1), 1)


def test_figures_open_their_people_with_lessons_left_and_the_end_of_each_contract(
    club: Club, manager: httpx.Client
) -> None:
    """Features 20 to 25, 222 and 227."""
    plan = add_plan(club, manager, kind="visit_pack", visits_total=2, extra_expiry_days=5)
    contract = sell(club, manager, plan)
    address = f"/api/v1/sites/{club.site_id}/balances"
    assert manager.get(address).json() == {
        "day": day(0),
        "active_fee": 1,
        "available": 1,
        "unused": 1,
        "no_booking": 1,
    }
    (holder,) = manager.get(f"{address}/available?lessons_left=2").json()["items"]
    assert (holder["member"]["id"], holder["lessons_left"]) == (contract["member_id"], 2)
    assert [(one["ends_on"], one["balance"]) for one in holder["contracts"]] == [(contract["ends_on"], "green")]
    assert manager.get(f"{address}/available?lessons_left=1").json()["items"] == []
    assert manager.get(f"{address}/everybody").status_code == 422


def test_plans_are_changed_withdrawn_and_checked(club: Club, manager: httpx.Client) -> None:
    plan = add_plan(club, manager)
    changed = manager.patch(f"/api/v1/plans/{plan['id']}", json={"price_minor": 5900, "is_offered": False})
    assert (changed.json()["price_minor"], changed.json()["is_offered"]) == (5900, False)
    assert manager.get(f"/api/v1/sites/{club.site_id}/plans").json()["items"] == [changed.json()]
    again = manager.post(f"/api/v1/sites/{club.site_id}/plans", json=MONTHLY)
    assert (again.status_code, again.json()["type"]) == (422, "urn:tornello:problem:name_taken")
    member = add_member(club, manager)
    refused = manager.post(f"/api/v1/members/{member['id']}/sales", json={"plan_id": plan["id"]})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:tornello:problem:plan_not_offered")


def test_the_payments_of_a_site_are_listed_with_what_they_add_up_to(club: Club, manager: httpx.Client) -> None:
    """Charges and receipts of the till, on both databases; members are named by their ids alone."""
    contract = sell(club, manager, add_plan(club, manager))
    member_id = contract["member_id"]
    due = instalments_of(manager, contract)[0]
    charge(manager, due, "one", method="cash", amount_minor=1000)
    charge(manager, due, "two", outcome="failed", failure="insufficient_funds")
    lines = [{"kind": "goods", "title": "Towel", "unit_price_minor": 500}]
    sale = {"method": "card", "currency": "EUR", "lines": lines}
    manager.post(f"/api/v1/members/{member_id}/till-sales", json=sale, headers={"Idempotency-Key": "three"})
    address = f"/api/v1/sites/{club.site_id}"

    def told(**query: str) -> list[tuple[str, str, int, str]]:
        items = manager.get(f"{address}/payments", params=query).json()["items"]
        assert all(one["member_id"] == member_id and "member_name" not in one for one in items)
        return [(one["source"], one["state"], one["amount_minor"], one["title"]) for one in items]

    assert sorted(told()) == [
        ("contract", "failed", 4900 - 1000, "Month"),
        ("contract", "succeeded", 1000, "Month"),
        ("till", "succeeded", 500, "Towel"),
    ]
    assert told(source="till", until=day(0), since=day(-3)) == [("till", "succeeded", 500, "Towel")]
    assert told(state="failed", method="cash") == []
    assert told(until=day(-1)) == []
    first = manager.get(f"{address}/payments", params={"limit": 2}).json()
    rest = manager.get(f"{address}/payments", params={"limit": 2, "after": first["next"]}).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    (sums,) = manager.get(f"{address}/payment-sums").json()
    assert sums["states"]["succeeded"] == {"count": 2, "amount_minor": 1500}
    assert sums["methods"] == {"cash": {"count": 1, "amount_minor": 1000}, "card": {"count": 1, "amount_minor": 500}}
    too_long = manager.get(f"{address}/payments", params={"since": day(-400), "until": day(0)})
    assert (too_long.status_code, "period_too_long" in too_long.text) == (422, True)
