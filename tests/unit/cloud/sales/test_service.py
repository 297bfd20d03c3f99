"""Sales at the till: goods and services with their materials; counted once, and taken back."""

from dataclasses import replace

import pytest

from cloud.errors import ConflictError, InvalidError
from cloud.sales import service
from cloud.sales.service import LineDetails, Material, SaleDetails
from tests.club import Club

WATER = LineDetails(kind="goods", title="Water", unit_price_minor=150, quantity=2)
MASSAGE = LineDetails(
    kind="service", title="Massage", unit_price_minor=4500, materials=(Material(name="Oil", quantity="30 ml"),)
)
RECEIPT = SaleDetails(method="cash", currency="EUR", lines=(WATER, MASSAGE))


def test_a_receipt_holds_goods_and_services_with_the_materials_that_they_used(club: Club) -> None:
    """Features 184 and 185."""
    with club.database.transaction() as session:
        sale = service.sell(session, club.actor, club.add_member(session), RECEIPT, idempotency_key="1")
        sale_id = sale.id
    with club.database.session() as session:
        sale = service.get(session, sale_id)
        assert sale.total_minor == 2 * 150 + 4500
        assert [(line.kind, line.title, line.quantity) for line in sale.lines] == [
            ("goods", "Water", 2),
            ("service", "Massage", 1),
        ]
        assert sale.lines[1].materials == [{"name": "Oil", "quantity": "30 ml"}]


def test_a_till_that_reports_twice_has_sold_once(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        first = service.sell(session, club.actor, member_id, RECEIPT, idempotency_key="1")
        assert service.sell(session, club.actor, member_id, RECEIPT, idempotency_key="1").id == first.id
        with pytest.raises(ConflictError):
            service.sell(session, club.actor, member_id, replace(RECEIPT, method="card"), idempotency_key="1")
        assert len(service.find_page(session, member_id, after=None, limit=10).items) == 1


def test_goods_use_up_no_materials_and_nobody_renders_them(club: Club) -> None:
    wrong = replace(WATER, materials=MASSAGE.materials)
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        for line in (wrong, replace(WATER, rendered_by=club.actor.id)):
            with pytest.raises(InvalidError):
                service.sell(session, club.actor, member_id, replace(RECEIPT, lines=(line,)), idempotency_key="1")


@pytest.mark.parametrize(
    "details",
    [
        replace(RECEIPT, reference="4111 1111 1111 1111"),
        replace(RECEIPT, lines=(replace(WATER, unit_price_minor=1_000_000_000),)),
        replace(RECEIPT, lines=(replace(MASSAGE, rendered_by="stf_nobody"),)),
    ],
    ids=["a card's number", "too much money", "unknown staff"],
)
def test_what_no_receipt_may_hold_is_refused(club: Club, details: SaleDetails) -> None:
    with club.database.transaction() as session, pytest.raises(InvalidError):
        service.sell(session, club.actor, club.add_member(session), details, idempotency_key="1")


def test_a_sale_is_taken_back_once(club: Club) -> None:
    with club.database.transaction() as session:
        sale = service.sell(session, club.actor, club.add_member(session), RECEIPT, idempotency_key="1")
        assert service.cancel(session, club.actor, sale.id, "came back").cancelled_by == club.actor.id
        with pytest.raises(ConflictError):
            service.cancel(session, club.actor, sale.id, "again")
