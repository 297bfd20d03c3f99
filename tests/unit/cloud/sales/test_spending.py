"""What a member has spent, and the average ticket."""

from datetime import date

from cloud.billing import charges, instalments
from cloud.billing.charges import ChargeDetails
from cloud.billing.instalments import InstalmentDetails
from cloud.sales import service
from cloud.sales.service import LineDetails, SaleDetails
from cloud.sales.spending import Spent, spent_by
from tests.club import Club


def receipt(minor: int, currency: str = "EUR") -> SaleDetails:
    line = LineDetails(kind="goods", title="Towel", unit_price_minor=minor)
    return SaleDetails(method="cash", currency=currency, lines=(line,))


def test_charges_and_receipts_add_up_and_what_was_taken_back_does_not_count(club: Club) -> None:
    """Features 186 and 187."""
    with club.database.transaction() as session:
        member_id, other = club.add_member(session), club.add_member(session, "Ivo")
        contract_id = club.add_contract(session, member_id)
        due = [InstalmentDetails(amount_minor=10_000, currency="EUR", due_on=date(2030, 1, 1)) for _ in range(3)]
        first, second, third = instalments.ask_for(session, contract_id, member_id, due)
        for number, (one, outcome) in enumerate(((first, "succeeded"), (second, "failed"), (third, "succeeded"))):
            details = ChargeDetails(method="card", outcome=outcome)  # type: ignore[arg-type]
            charge = charges.record(session, club.actor, one.id, details, idempotency_key=str(number))
        charges.reverse(session, club.actor, charge.id, "charged back")
        for number, minor in enumerate((301, 500)):
            sale = service.sell(session, club.actor, member_id, receipt(minor), idempotency_key=f"s{number}")
        service.cancel(session, club.actor, sale.id, "came back")
        service.sell(session, club.actor, member_id, receipt(700, "USD"), idempotency_key="usd")
        spent = spent_by(session, [member_id, other])
    assert spent == {member_id: [Spent("EUR", 10_301, 2), Spent("USD", 700, 1)]}
    assert [one.average_minor for one in spent[member_id]] == [5151, 700]
