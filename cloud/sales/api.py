"""Sales at the till over HTTP: what the till talks to."""

from dataclasses import asdict

from fastapi import APIRouter

from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, Transaction, problems
from cloud.billing.api import IdempotencyKey
from cloud.kit.paging import Page
from cloud.members import service as members
from cloud.sales import service, spending
from cloud.sales.schemas import CancellationIn, SaleIn, SaleOut, SpentOut
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["till"])


@router.get(
    "/members/{member_id}/till-sales", dependencies=[require("dues.read")], responses=problems(401, 403, 404, 422)
)
def list_till_sales(
    member_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[SaleOut]:
    """What a member ever bought at the till, goods and services, the newest first."""
    members.get(session, member_id)
    page = service.find_page(session, member_id, after=after, limit=limit)
    return Page(items=[SaleOut.model_validate(sale) for sale in page.items], next=page.next)


@router.post("/members/{member_id}/till-sales", status_code=201, responses=problems(401, 403, 404, 409, 422))
def sell_at_till(
    member_id: str,
    body: SaleIn,
    session: Transaction,
    idempotency_key: IdempotencyKey,
    staff: SignedIn = require("dues.write"),
) -> SaleOut:
    """Note a receipt that was paid."""
    sale = service.sell(session, staff.actor, member_id, body.details(), idempotency_key=idempotency_key)
    return SaleOut.model_validate(sale)


@router.post("/till-sales/{sale_id}/cancellation", responses=problems(401, 403, 404, 409, 422))
def cancel_till_sale(
    sale_id: str, body: CancellationIn, session: Transaction, staff: SignedIn = require("dues.write")
) -> SaleOut:
    """Take a receipt back; it stays in the history and counts for nothing."""
    return SaleOut.model_validate(service.cancel(session, staff.actor, sale_id, body.reason))


@router.get("/members/{member_id}/spending", dependencies=[require("dues.read")], responses=problems(401, 403, 404))
def get_spending(member_id: str, session: ReadSession) -> list[SpentOut]:
    """What a member has spent in all and the average ticket, by currency: charges for contracts, and receipts."""
    members.get(session, member_id)
    found = spending.spent_by(session, [member_id]).get(member_id, [])
    return [SpentOut(**asdict(spent), average_minor=spent.average_minor) for spent in found]
