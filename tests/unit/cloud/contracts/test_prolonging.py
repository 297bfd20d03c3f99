"""A lot of recurring contracts goes on together: a few statements, one revision, and everybody hears of their own."""

import json
from datetime import date

from sqlalchemy import func, select

from cloud.billing.models import Instalment
from cloud.contracts import prolonging, service
from cloud.contracts.renewal_keeping import prolong_some
from cloud.contracts.service import ContractDetails, Origin
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.webhooks import service as webhooks
from cloud.webhooks.models import WebhookDelivery
from tests.club import Club
from tests.statement_count import counted_statements

MONTH = Origin(kind="recurring", price_minor=4900, is_renewing=True, length=1, length_unit="months")


def add_recurring(club: Club, session: UnitOfWork, member_id: str, **terms: object) -> str:
    """One that the worker has not prolonged: it ran in 2025, and 2026 is to come."""
    details = {"plan_name": "Month", "starts_on": date(2025, 12, 1), "ends_on": date(2025, 12, 31), **terms}
    return service.create(session, club.actor, member_id, ContractDetails(**details), MONTH).id  # type: ignore[arg-type]


def statements_for(club: Club, contracts: int) -> int:
    with club.database.transaction() as session:
        for number in range(contracts):
            add_recurring(club, session, club.add_member(session, card=1000 * contracts + number))
    with counted_statements(club.database) as said:
        assert prolong_some(club.database) == contracts
    return len(said)


def test_a_lot_takes_as_many_statements_as_one_contract(club: Club) -> None:
    assert statements_for(club, 20) == statements_for(club, 1) < 45


def test_all_that_are_due_go_on_in_lots_and_each_lot_is_one_revision(club: Club) -> None:
    with club.database.transaction() as session:
        for _ in range(prolonging.PROLONGED_AT_ONCE + 2):
            add_recurring(club, session, club.add_member(session))
    with club.database.session() as session:
        before = desired_state.head(session, club.site_id).revision
    assert [prolong_some(club.database) for _ in range(3)] == [prolonging.PROLONGED_AT_ONCE, 2, 0]
    with club.database.session() as session:
        assert desired_state.head(session, club.site_id).revision == before + 2


def test_programs_are_told_of_each_contract_and_its_dues(club: Club) -> None:
    kinds = ["contract.changed", "dues.changed"]
    with club.database.transaction() as session:
        ids = {add_recurring(club, session, club.add_member(session)) for _ in range(3)}
    with club.database.transaction() as session:
        webhooks.subscribe(session, club.actor, "https://example.org/", kinds, bytes(32), may_be_private=True)
    prolong_some(club.database)
    with club.database.session() as session:
        told = session.execute(select(WebhookDelivery.kind, WebhookDelivery.body)).all()
    assert len(told) == 2 * len(ids)
    assert {(kind, json.loads(body)["data"]["contract_id"]) for kind, body in told} == {
        (kind, contract_id) for kind in kinds for contract_id in ids
    }


def test_what_costs_nothing_goes_on_and_asks_for_nothing(club: Club) -> None:
    free = Origin(kind="recurring", price_minor=0, is_renewing=True, length=1, length_unit="days")
    details = ContractDetails(plan_name="Staff", starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 1))
    with club.database.transaction() as session:
        contract = service.create(session, club.actor, club.add_member(session), details, free)
        assert prolonging.prolong(session, [(contract, date(2026, 1, 1))]) == 1
        assert contract.ends_on == date(2026, 1, 1) + prolonging.AHEAD
        assert not session.scalar(select(func.count()).select_from(Instalment))
