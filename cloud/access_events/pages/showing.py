"""The front desk: what happens at the gates, live; and what is wrong with a gateway's journal."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from cloud.access_events import feed_rows, journal_faults, service
from cloud.access_events.repository import EventFilter
from cloud.api import ReadSession
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.errors import not_found
from cloud.front_desk.pages import ADVICE, desk_now
from cloud.sites import service as sites

ROWS: Final = 50

router = APIRouter()


@router.get("/")
def show_front_desk(
    session: ReadSession,
    viewer: Viewer = viewing("access.read"),
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """The newest taps; `before` brings older ones (the whole page without scripts)."""
    newest_id = service.newest_id(session)
    page = feed_rows.latest(session, EventFilter(), before_id=before, limit=ROWS)
    template = "access_events/rows.html" if viewer.is_fragment and before else "access_events/front_desk.html"
    desk = None if viewer.is_fragment else desk_now(session)
    return render(viewer, template, page=page, stream_after=newest_id, more_address="/", desk=desk, advice=ADVICE)


@router.get("/access/gateways/{gateway_id}/journal")
def show_journal(
    gateway_id: str,
    session: ReadSession,
    viewer: Viewer = viewing("gateways.read"),
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """The faults, the newest first; as fragment the rows alone."""
    gateway = sites.find_gateway(session, gateway_id)
    if gateway is None:
        raise not_found("gateway", gateway_id)
    site = sites.get_site(session, gateway.site_id)
    page = journal_faults.find_page(session, gateway_id, after=after, limit=ROWS)
    template = "access_events/journal_rows.html" if viewer.is_fragment else "access_events/journal.html"
    return render(viewer, template, gateway=gateway, zone=ZoneInfo(site.time_zone), page=page)
