"""The faults of a gateway's journals over HTTP."""

from fastapi import APIRouter

from cloud.access_events import journal_faults
from cloud.access_events.schemas import JournalFaultOut
from cloud.api import LIMIT_DEFAULT, After, Limit, ReadSession, problems
from cloud.errors import not_found
from cloud.kit.paging import Page
from cloud.sites import service as sites
from cloud.staff.api import require

router = APIRouter(tags=["access events"])


@router.get(
    "/gateways/{gateway_id}/journal-faults",
    dependencies=[require("gateways.read")],
    responses=problems(401, 403, 404, 422),
)
def list_journal_faults(
    gateway_id: str, session: ReadSession, after: After = None, limit: Limit = LIMIT_DEFAULT
) -> Page[JournalFaultOut]:
    """Events of a gateway that were put aside, altered, dropped or lost, the newest first."""
    if sites.find_gateway(session, gateway_id) is None:
        raise not_found("gateway", gateway_id)
    page = journal_faults.find_page(session, gateway_id, after=after, limit=limit)
    return Page(items=[JournalFaultOut.model_validate(fault) for fault in page.items], next=page.next)
