from datetime import date, timedelta

import pytest

from cloud.billing import charges, instalments
from cloud.billing.charges import ChargeDetails
from cloud.contracts import course, prolonging, selling
from cloud.contracts.models import Contract
from cloud.contracts.selling import SaleDetails
from cloud.database import UnitOfWork
from cloud.errors import ConflictError, InvalidError
from cloud.members import service as members
from cloud.plans import service as plans
from cloud.plans.service import PlanDetails
from tests.club import Club


def add_plan(club: Club, session: UnitOfWork, **changes: object) -> str:
    details = {"name": "Open", "kind": "fixed_term", "price_minor": 12_000, "length": 12} | changes
    return plans.create(session, club.actor, club.site_id, PlanDetails(**details)).id  # type: ignore[arg-type]


def sell(club: Club, session: UnitOfWork, member_id: str, plan_id: str, **details: object) -> Contract:
    sale = SaleDetails(plan_id=plan_id, **details)  # type: ignore[arg-type]
    return selling.sell(session, club.actor, member_id, sale)


def test_a_sale_copies_the_plan_and_a_later_change_of_it_changes_no_contract(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        plan_id = add_plan(club, session, instalments_count=3, grace_days=4, extra_expiry_days=6)
        sold = sell(club, session, member_id, plan_id, starts_on=date(2026, 5, 31))
        plans.change(session, club.actor, plan_id, {"price_minor": 1, "name": "Other", "is_offered": False})
        assert (sold.plan_name, sold.ends_on, sold.price_minor) == ("Open", date(2027, 5, 30), 12_000)
        assert (sold.fee_until, sold.use_until) == (date(2027, 6, 3), date(2027, 6, 9))
        due = instalments.list_of_contract(session, sold.id)
        assert [(one.amount_minor, one.due_on.isoformat()) for one in due] == [
            (4000, "2026-05-31"),
            (4000, "2026-06-30"),
            (4000, "2026-07-31"),
        ]
        with pytest.raises(ConflictError):
            sell(club, session, member_id, plan_id)


def test_a_trial_blocks_at_the_gate_until_its_prepayment_is_paid(club: Club) -> None:
    """Feature 233."""
    terms = {"kind": "trial", "price_minor": 1500, "prepayment_minor": 500, "length": 7, "length_unit": "days"}
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        plan_id = add_plan(club, session, **terms, visits_total=1, block_after_days=0)
        sold = sell(club, session, member_id, plan_id)
        prepayment, rest = instalments.list_of_contract(session, sold.id)
        assert (prepayment.amount_minor, prepayment.due_on, rest.amount_minor) == (500, sold.starts_on, 1000)
        charges.record(session, club.actor, prepayment.id, ChargeDetails(method="cash"), idempotency_key="1")
        assert [one.id for one in instalments.list_open(session, [member_id])] == [rest.id]


def test_a_renewal_begins_on_the_day_after_and_knows_the_contract_that_it_follows(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        plan_id = add_plan(club, session)
        old = sell(club, session, member_id, plan_id)
        new = sell(club, session, member_id, plan_id, renews_id=old.id)
        assert (new.renews_id, new.starts_on) == (old.id, old.ends_on + timedelta(days=1))
        with pytest.raises(ConflictError):
            sell(club, session, member_id, plan_id, renews_id=old.id)
        with pytest.raises(InvalidError):
            sell(club, session, club.add_member(session), plan_id, renews_id=new.id)


def test_a_recurring_contract_runs_and_asks_so_far_ahead_that_a_gate_without_cloud_knows(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        sold = sell(club, session, member_id, add_plan(club, session, kind="recurring", price_minor=4900, length=1))
        today = selling.today_of(session, members.get(session, member_id))
        assert sold.ends_on >= today + prolonging.AHEAD
        due = instalments.list_of_contract(session, sold.id)
        assert due[0].due_on == today
        assert due[-1].due_on > today + timedelta(days=60)
        assert {one.amount_minor for one in due} == {4900}
        assert prolonging.prolong_some(session) == 0
        assert prolonging.prolong(session, [(sold, today + timedelta(days=40))]) > 0


def test_a_recurring_contract_of_the_31st_comes_back_to_it_after_february(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        plan_id = add_plan(club, session, kind="recurring", price_minor=4900, length=1)
        sold = sell(club, session, member_id, plan_id, starts_on=date(2027, 1, 31))
        prolonging.prolong(session, [(sold, date(2027, 3, 1))])
        due = instalments.list_of_contract(session, sold.id)
        assert [one.due_on.isoformat() for one in due][:4] == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]


def test_an_ended_recurring_contract_goes_on_no_more(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        sold = sell(club, session, member_id, add_plan(club, session, kind="recurring", price_minor=4900, length=1))
        today = selling.today_of(session, members.get(session, member_id))
        course.end(session, club.actor, sold.id, today + timedelta(days=10), "moved")
        assert (sold.is_renewing, prolonging.prolong_some(session)) == (False, 0)
        assert [one.due_on for one in instalments.list_open(session, [member_id])] == [today]


def test_somebody_who_never_pays_is_prolonged_up_to_a_bound(club: Club) -> None:
    with club.database.transaction() as session:
        member_id = club.add_member(session)
        plan = add_plan(club, session, kind="recurring", price_minor=100, length=1, length_unit="days")
        sell(club, session, member_id, plan)
        assert len(instalments.list_open(session, [member_id])) == instalments.OPEN_MAX
        assert prolonging.prolong_some(session) == 0
