"""The front desk: what happens at the gates, live."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from cloud.access_events import feed_rows, service
from cloud.access_events.repository import EventFilter
from cloud.api import ReadSession
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing

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
    return render(viewer, template, page=page, stream_after=newest_id, more_address="/")
