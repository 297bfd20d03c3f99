from datetime import date

from cloud.contracts import selling, service
from cloud.contracts.renewal_keeping import prolong_some
from cloud.contracts.selling import SaleDetails
from cloud.database import Database
from cloud.plans import service as plans
from cloud.plans.service import PlanDetails
from tests.club import Club


def test_the_worker_prolongs_what_is_due_and_then_finds_nothing_more(club: Club) -> None:
    database: Database = club.database
    with database.transaction() as session:
        details = PlanDetails(name="Month", kind="recurring", price_minor=4900, length=1)
        plan = plans.create(session, club.actor, club.site_id, details)
        member_id = club.add_member(session)
        sold = selling.sell(session, club.actor, member_id, SaleDetails(plan_id=plan.id))
        contract_id, until = sold.id, sold.ends_on
        sold.starts_on, sold.ends_on = date(2000, 1, 1), date(2000, 1, 31)  # as if the worker had been away
        sold.anchor_day = 1
    assert prolong_some(database) == 1
    with database.session() as session:
        caught_up = service.get(session, contract_id)
        assert caught_up.ends_on < until  # 60 unpaid months, and no further
    assert prolong_some(database) == 0
