"""The time line over HTTP, and on the member card: comments, sales at the till, what was spent."""

import re

import pytest

from tests.integration.club import Club, Json, add_member
from tests.integration.test_contract_pages import Desk

SALE = {"kind": "goods", "title": "Water", "quantity": "2", "price": "1,50", "currency": "EUR", "method": "cash"}
MASSAGE = SALE | {"kind": "service", "title": "Massage", "quantity": "1", "price": "45", "materials": "Oil: 30 ml"}

GOLD = {"kind": "card_type", "name": "Gold", "discount_percent": 10}


@pytest.fixture
def member(club: Club) -> str:
    return f"/members/{add_member(club, club.client('administrator'))['id']}"


def test_the_card_shows_comments_goods_services_and_what_was_spent(club: Club, member: str) -> None:
    """Features 158, 160, 163, 182 to 187: everything on one card, newest first, with who."""
    desk = Desk(club, "receptionist")
    assert "Nothing was spent yet." in desk.see(member)
    assert desk.send(f"{member}/comments", text="Prefers mornings").status_code == 303
    assert desk.send(f"{member}/till-sales", **SALE).status_code == 303
    assert desk.send(f"{member}/till-sales", **MASSAGE).status_code == 303
    card = desk.see(member)
    assert "Spent in total: €48.00; average ticket: €24.00" in card
    told = ["Service: Massage, for €45.00", "Bought 2 × Water for €3.00", "Comment</strong>"]
    places = [card.index(text) for text in told]
    assert places == sorted(places)
    assert "Materials used: Oil 30 ml" in card
    assert "Receptionist" in card[places[2] :]
    only_goods = desk.see(f"{member}/time-line?kind=goods")
    assert "Bought 2 × Water" in only_goods
    assert "Massage" not in only_goods


def test_a_receipt_has_several_lines_and_the_discount_of_the_card_type(club: Club, member: str) -> None:
    """Features 184 to 187, 191."""
    gold = club.client("manager").post("/api/v1/labels", json=GOLD).json()["id"]
    club.client("owner").patch(f"/api/v1{member}", json={"card_type_id": gold})
    desk = Desk(club, "receptionist")
    form = desk.see(f"{member}/till-sales/new")
    assert "Of the card type Gold" in form
    assert 'name="discount" value="10"' in form
    second = {f"{name}_2": value for name, value in MASSAGE.items() if name not in {"currency", "method"}}
    refused = desk.send(f"{member}/till-sales", **SALE, **(second | {"price_2": "much"}), discount="10")
    assert refused.status_code == 422
    assert 'id="price_2-error"' in refused.text
    assert desk.send(f"{member}/till-sales", **SALE, **second, discount="101").status_code == 422
    assert desk.send(f"{member}/till-sales", **SALE, **second, discount="10").status_code == 303
    card = desk.see(member)
    assert "Spent in total: €43.20; average ticket: €43.20" in card
    assert "Bought 2 × Water for €2.70" in card
    assert "Service: Massage, for €40.50" in card


def test_a_sale_is_taken_back_from_the_time_line(club: Club, member: str) -> None:
    desk = Desk(club, "receptionist")
    desk.send(f"{member}/till-sales", **SALE)
    (address,) = set(re.findall(r"/till-sales/sal_\w+/cancellation", desk.see(member)))
    assert "Take the sale of €3.00 back?" in desk.see(address)
    assert desk.send(address, reason="").status_code == 422
    assert desk.send(address, reason="came back").status_code == 303
    card = desk.see(member)
    assert "Sale of €3.00 taken back" in card
    assert "Nothing was spent yet." in card
    assert desk.send(address, reason="again").status_code == 422


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"price": "much"}, "Write an amount like 49.90."),
        ({"title": ""}, "Fill this in."),
        ({"quantity": "0"}, "At least 1."),
        ({"materials": "Oil"}, "Write one material a line"),
        ({"materials": "Oil: 30 ml"}, "Only a service is rendered"),
        ({"reference": "4111 1111 1111 1111"}, "Leave out the number of the card"),
    ],
)
def test_what_cannot_be_sold_is_said_beside_its_field(
    club: Club, member: str, change: dict[str, str], said: str
) -> None:
    answer = Desk(club, "receptionist").send(f"{member}/till-sales", **(SALE | change))
    assert answer.status_code == 422
    assert said in answer.text


def test_an_empty_comment_is_not_kept(club: Club, member: str) -> None:
    assert Desk(club, "receptionist").send(f"{member}/comments", text=" ").status_code == 422


def test_the_till_reports_and_the_time_line_tells_by_the_api(club: Club, member: str) -> None:
    """Features 184 to 187 for other programs."""
    cashier, manager = club.client("cashier"), club.client("manager")
    lines = [
        {"kind": "goods", "title": "Water", "quantity": 2, "unit_price_minor": 150},
        {
            "kind": "service",
            "title": "Massage",
            "unit_price_minor": 4500,
            "materials": [{"name": "Oil", "quantity": "30 ml"}],
        },
    ]
    body = {"method": "card", "currency": "EUR", "lines": lines}
    api = f"/api/v1{member}"
    for _ in range(2):
        answer = cashier.post(f"{api}/till-sales", json=body, headers={"Idempotency-Key": "1"})
        assert answer.status_code == 201, answer.text
    sale: Json = answer.json()
    assert sale["total_minor"] == 4800
    assert len(cashier.get(f"{api}/till-sales").json()["items"]) == 1
    assert cashier.get(f"{api}/spending").json() == [
        {"currency": "EUR", "total_minor": 4800, "tickets": 1, "average_minor": 4800}
    ]
    assert manager.post(f"{api}/comments", json={"text": "Hello"}).status_code == 201
    found = manager.get(f"{api}/time-line", params={"kind": ["service", "comment"]}).json()["items"]
    assert [(line["kind"], line["text"]) for line in found] == [("comment", "Hello"), ("service", "Massage")]
    assert found[0]["who_name"] == "Manager"
    first = manager.get(f"{api}/time-line", params={"limit": 1}).json()
    assert first["items"][0]["text"] == "Hello"
    assert (
        manager.get(f"{api}/time-line", params={"limit": 1, "after": first["next"]}).json()["items"] != first["items"]
    )
    assert manager.get(f"{api}/time-line", params={"kind": "gossip"}).status_code == 422
    assert cashier.get(f"{api}/time-line").status_code == 403
    assert cashier.post(f"/api/v1/till-sales/{sale['id']}/cancellation", json={"reason": "x"}).status_code == 200
    assert cashier.get(f"{api}/spending").json() == []
