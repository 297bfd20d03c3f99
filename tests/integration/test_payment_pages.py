"""The page of a site's payments and its file, without a browser. Feature 196."""

import html
import re
from datetime import date

import httpx
import pytest

from cloud.audit.service import Actor
from cloud.billing import charges, instalments
from cloud.billing.charges import ChargeDetails
from cloud.kit import spreadsheets
from cloud.kit.clock import utc_now
from cloud.payments.pages import listing
from cloud.sales import service as sales
from cloud.sales.service import LineDetails, SaleDetails
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from cloud.staff.models import Staff, StaffSiteRole
from tests import club as small
from tests.integration.club import SECRET, SYSTEM, Club

NOTHING = "No payment is like this"


def signed_in(club: Club, role: str) -> httpx.Client:
    club.hire(role)
    return club.browser(role)


def furnish(club: Club) -> str:
    """Anna has paid 20 of 49 euros in cash, and bought a towel; 29 euros from the provider failed."""
    acting = small.Club(club.database, club.site_id, Actor("staff", club.hire("manager")))
    with club.database.transaction() as session:
        anna = acting.add_member(session, "=Anna")
        contract_id = acting.add_contract(session, anna, due_on=date(2026, 1, 5))
        (due,) = instalments.list_of_contract(session, contract_id)
        paid = ChargeDetails(method="cash", amount_minor=2000, reference="R-1")
        failed = ChargeDetails(method="provider", outcome="failed", failure="no funds")
        for key, details in (("one", paid), ("two", failed)):
            charges.record(session, acting.actor, due.id, details, idempotency_key=key)
        lines = (LineDetails(kind="goods", title="Towel", unit_price_minor=500),)
        sale = SaleDetails(method="cash", currency="EUR", lines=lines)
        sales.sell(session, acting.actor, anna, sale, idempotency_key="three")
    return anna


def test_payments_are_listed_with_their_sums_and_narrowed_by_the_filters(club: Club) -> None:
    anna = furnish(club)
    desk = signed_in(club, "read_only")
    page = desk.get("/payments").text
    for told in (
        "€25.00",
        "2 payments",
        "Cash €25.00",
        "€29.00",
        "1 payment",
        "no funds",
        "R-1",
        "Towel",
        "At the till",
    ):
        assert told in page
    assert page.count(f"/members/{anna}") == 3
    assert "Towel" not in desk.get("/payments?source=contract").text
    assert "R-1" not in desk.get("/payments?state=failed&q=anna").text
    assert NOTHING in desk.get("/payments?q=bruno").text
    assert NOTHING in desk.get("/payments?since=2020-01-01&until=2020-12-31").text
    assert NOTHING not in desk.get("/payments?since=never&until=ever&method=gold&state=lost&source=mars").text
    assert 'href="/payments?site=' in desk.get("/debts").text


def test_the_next_rows_come_as_a_fragment(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(club)
    desk = signed_in(club, "read_only")
    monkeypatch.setattr(listing, "PAGE_ROWS", 2)
    page = desk.get("/payments").text
    (more,) = re.findall(r'hx-get="(/payments\?[^"]*after=[^"]*)"', page)
    rest = desk.get(html.unescape(more), headers={"HX-Request": "true"}).text
    assert "<form" not in rest
    assert rest.count("<tr") == 1


def test_the_file_has_what_the_list_shows(club: Club) -> None:
    furnish(club)
    desk = signed_in(club, "read_only")
    assert "/payments/export?" in desk.get("/payments").text
    header, *rows = spreadsheets.read(desk.get("/payments/export?form=csv&source=contract").content)
    told = [dict(zip(header, row, strict=True)) for row in rows]
    names = ("Member", "Amount", "Currency", "State", "Paid by", "Paid for", "Text", "Noted by", "Reference", "Reason")
    assert sorted(tuple(row[name] for name in names) for row in told) == [
        ("'=Anna", "20.00", "EUR", "Taken", "Cash", "Contracts", "Year", "Manager", "R-1", ""),
        ("'=Anna", "29.00", "EUR", "Failed", "Payment provider", "Contracts", "Year", "Manager", "", "no funds"),
    ]
    assert {row["Time"][:4] for row in told} == {str(utc_now().year)}
    assert len(list(spreadsheets.read(desk.get("/payments/export").content))) == 4


def test_the_till_sees_payments_and_no_way_to_members_that_it_may_not_open(club: Club) -> None:
    furnish(club)
    till = signed_in(club, "cashier")
    page = till.get("/payments").text
    assert "=Anna" in page
    assert "/members/" not in page
    assert "/balances?" not in page
    assert '<a class="nav-link" href="/payments"' in page


def test_who_works_at_one_club_sees_and_saves_no_payments_of_another(club: Club) -> None:
    furnish(club)
    desk = signed_in(club, "read_only")
    with club.database.transaction() as session:
        other = sites.create_site(session, SYSTEM, SiteRules("Ostia", "Europe/Rome", "it"), SECRET).id
        person = session.query(Staff).filter_by(email="read_only@club.test").one()
        person.role, person.has_site_roles = "", True
        session.add(StaffSiteRole(staff_id=person.id, site_id=other, role="read_only"))
    assert NOTHING in desk.get("/payments").text
    assert len(list(spreadsheets.read(desk.get("/payments/export").content))) == 1
    for address in ("/payments", "/payments/export"):
        assert desk.get(f"{address}?site={club.site_id}").status_code == 404
    assert desk.get(f"/api/v1/sites/{club.site_id}/payments").status_code == 403
