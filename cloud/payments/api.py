"""The payments of a site over HTTP: what accounting reads."""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, problems
from cloud.billing.charges import Method
from cloud.database import UnitOfWork
from cloud.kit.clock import local_day
from cloud.kit.days import Day
from cloud.kit.paging import Page
from cloud.payments import service
from cloud.payments.repository import PaymentFilter, Source, State
from cloud.payments.schemas import PaymentOut, SumsOut
from cloud.sites import service as sites
from cloud.staff.api import require

router = APIRouter(tags=["payments"])


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says."""

    since: Annotated[Day | None, Query(description="The first day, by the site's clock; null: the month's first.")] = (
        None
    )
    until: Annotated[Day | None, Query(description="The last day, at most 366 after it; null: today.")] = None
    source: Annotated[Source | None, Query(description="For contracts, or at the till; null: both.")] = None
    method: Method | None = None
    state: Annotated[State | None, Query(description="`reversed`: taken back, refunded, or charged back.")] = None
    member_id: Annotated[str | None, Query(max_length=24)] = None


PaymentsAsked = Annotated[Asked, Depends()]


@router.get("/sites/{site_id}/payments", dependencies=[require("dues.read")], responses=problems(401, 403, 404, 422))
def list_payments(
    site_id: str, session: ReadSession, asked: PaymentsAsked, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[PaymentOut]:
    """What the members of a site paid for contracts and at the till, failed and taken back, too; the newest first."""
    page = service.find_page(session, _filter(session, site_id, asked), after=after, limit=limit)
    return Page(items=[PaymentOut.model_validate(payment) for payment in page.items], next=page.next)


@router.get(
    "/sites/{site_id}/payment-sums", dependencies=[require("dues.read")], responses=problems(401, 403, 404, 422)
)
def get_payment_sums(site_id: str, session: ReadSession, asked: PaymentsAsked) -> list[SumsOut]:
    """What the same payments add up to, by currency."""
    return [SumsOut.model_validate(sums) for sums in service.sum_up(session, _filter(session, site_id, asked))]


def _filter(session: UnitOfWork, site_id: str, asked: Asked) -> PaymentFilter:
    zone = ZoneInfo(sites.get_site(session, site_id).time_zone)
    last = asked.until or local_day(session.now, zone)
    since, until = service.period_of(asked.since or last.replace(day=1), last, zone)
    return PaymentFilter(
        site_id=site_id,
        since=since,
        until=until,
        source=asked.source,
        method=asked.method,
        state=asked.state,
        member_id=asked.member_id,
    )
