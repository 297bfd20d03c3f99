"""The payments of a site in one list, and what they add up to."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud.billing import charges, instalments
from cloud.billing.charges import ChargeDetails, Method, Outcome
from cloud.billing.instalments import InstalmentDetails
from cloud.database import UnitOfWork
from cloud.errors import InvalidError
from cloud.kit.paging import encode_cursor
from cloud.payments import service
from cloud.payments.repository import PaymentFilter
from cloud.payments.service import Tally
from cloud.sales import service as sales
from cloud.sales.service import LineDetails, SaleDetails
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from tests.club import SECRET, Club
from tests.statement_count import counted_statements


def wanted_of(club: Club, session: UnitOfWork) -> PaymentFilter:
    hour = timedelta(hours=1)
    return PaymentFilter(site_id=club.site_id, since=session.now - hour, until=session.now + hour)


def pay(
    club: Club,
    session: UnitOfWork,
    member_id: str,
    minor: int,
    *,
    method: Method = "cash",
    outcome: Outcome = "succeeded",
    currency: str = "EUR",
) -> str:
    contract_id = club.add_contract(session, member_id)
    details = InstalmentDetails(amount_minor=minor, currency=currency, due_on=date(2030, 1, 1))
    (due,) = instalments.ask_for(session, contract_id, member_id, [details])
    failure = "no funds" if outcome == "failed" else ""
    charge = ChargeDetails(method=method, outcome=outcome, failure=failure)
    return charges.record(session, club.actor, due.id, charge, idempotency_key=due.id).id


def buy(club: Club, session: UnitOfWork, member_id: str, *titles: str) -> str:
    lines = tuple(LineDetails(kind="goods", title=title, unit_price_minor=500) for title in titles)
    details = SaleDetails(method="card", currency="EUR", lines=lines)
    return sales.sell(session, club.actor, member_id, details, idempotency_key=",".join(titles)).id


def test_charges_and_receipts_are_one_list_the_newest_first_with_what_became_of_each(club: Club) -> None:
    with club.database.transaction() as session:
        anna, ivo = club.add_member(session, "Anna"), club.add_member(session, "Ivo")
        paid = pay(club, session, anna, 4900)
        failed = pay(club, session, ivo, 3000, method="provider", outcome="failed")
        taken_back = pay(club, session, anna, 100)
        charges.reverse(session, club.actor, taken_back, "by mistake")
        sold = buy(club, session, ivo, "Towel", "Lock")
        cancelled = buy(club, session, anna, "Water")
        sales.cancel(session, club.actor, cancelled, "came back")
        page = service.find_page(session, wanted_of(club, session), after=None, limit=10)
    told = [(one.member_name, one.source, one.state, one.amount_minor, one.method, one.reason) for one in page.items]
    assert sorted(told) == [
        ("Anna", "contract", "reversed", 100, "cash", "by mistake"),
        ("Anna", "contract", "succeeded", 4900, "cash", ""),
        ("Anna", "till", "reversed", 500, "card", "came back"),
        ("Ivo", "contract", "failed", 3000, "provider", "no funds"),
        ("Ivo", "till", "succeeded", 1000, "card", ""),
    ]
    assert [(one.at, one.id) for one in page.items] == sorted(((one.at, one.id) for one in page.items), reverse=True)
    titles = {one.id: one.title for one in page.items}
    assert (titles[failed], titles[sold]) == ("Year", "Towel, Lock")
    assert {one.recorded_by_name for one in page.items} == {"Anna"}
    assert {one.id: one.contract_id is not None for one in page.items}[paid] is True


def test_sums_are_by_currency_and_what_failed_or_was_taken_back_is_summed_for_itself(club: Club) -> None:
    with club.database.transaction() as session:
        anna = club.add_member(session, "Anna")
        pay(club, session, anna, 4900)
        pay(club, session, anna, 700, method="transfer")
        pay(club, session, anna, 3000, outcome="failed")
        pay(club, session, anna, 900, currency="USD")
        charges.reverse(session, club.actor, pay(club, session, anna, 100), "refunded")
        buy(club, session, anna, "Towel")
        euros, dollars = service.sum_up(session, wanted_of(club, session))
        only_cash = service.sum_up(session, replace(wanted_of(club, session), method="cash", state="succeeded"))
    assert (euros.currency, dollars.currency) == ("EUR", "USD")
    assert euros.states == {"succeeded": Tally(3, 6100), "failed": Tally(1, 3000), "reversed": Tally(1, 100)}
    assert euros.methods == {"cash": Tally(1, 4900), "transfer": Tally(1, 700), "card": Tally(1, 500)}
    assert dollars.states == {"succeeded": Tally(1, 900)}
    assert [sums.states for sums in only_cash] == [{"succeeded": Tally(1, 4900)}, {"succeeded": Tally(1, 900)}]


def test_a_list_is_narrowed_by_days_site_source_method_state_and_member(club: Club) -> None:
    with club.database.transaction() as session:
        anna, ivo = club.add_member(session, "Anna"), club.add_member(session, "Ivo")
        first = pay(club, session, anna, 4900)
        second = pay(club, session, ivo, 3000, method="card", outcome="failed")
        third = buy(club, session, anna, "Towel")
        other = sites.create_site(session, club.actor, SiteRules("Ostia", "Europe/Rome", "it"), SECRET)
        wanted = wanted_of(club, session)

        def found(**narrowed: object) -> set[str]:
            page = service.find_page(session, replace(wanted, **narrowed), after=None, limit=10)  # type: ignore[arg-type]
            return {one.id for one in page.items}

        assert found() == {first, second, third}
        assert found(source="till") == {third}
        assert found(method="card") == {second, third}
        assert found(state="failed") == {second}
        assert found(search="ann") == {first, third}
        assert found(member_id=ivo) == {second}
        assert found(site_id=other.id) == set()
        assert found(until=wanted.since) == set()
        assert found(since=wanted.until, until=wanted.until + timedelta(days=1)) == set()


def test_pages_follow_each_other_without_a_gap_and_ask_as_often_for_many_rows_as_for_one(club: Club) -> None:
    with club.database.transaction() as session:
        anna = club.add_member(session, "Anna")
        ids = {pay(club, session, anna, 100 + number) for number in range(3)}
        ids |= {buy(club, session, club.add_member(session, title), title) for title in ("Towel", "Lock", "Soap")}
        wanted = wanted_of(club, session)
    with club.database.session() as session:
        seen: list[str] = []
        after: str | None = None
        for _ in range(3):
            with counted_statements(club.database) as count:
                page = service.find_page(session, wanted, after=after, limit=2)
            assert sum(told.startswith("SELECT") for told in count.statements) <= 6
            seen += [one.id for one in page.items]
            after = page.next
        assert after is None
        assert len(seen) == 6
        assert set(seen) == ids


@pytest.mark.parametrize("place", ["yesterday", "2026-01-01T00:00:00", "9999-12-31T23:59:59+00:00"])
def test_a_cursor_that_is_none_of_this_list_is_refused(club: Club, place: str) -> None:
    with club.database.session() as session, pytest.raises(InvalidError):
        service.find_page(session, wanted_of(club, session), after=encode_cursor((place, "chg_1")), limit=2)


def test_a_period_begins_and_ends_by_the_clock_of_the_site_and_is_a_year_long_at_most() -> None:
    rome = ZoneInfo("Europe/Rome")
    since, until = service.period_of(date(2026, 3, 29), date(2026, 3, 29), rome)
    assert until - since == timedelta(hours=23)
    for first, last in ((date(2026, 3, 2), date(2026, 3, 1)), (date(2025, 1, 1), date(2026, 3, 1))):
        with pytest.raises(InvalidError):
            service.period_of(first, last, rome)
