"""Access events over HTTP: pages of the past, and the live feed as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from cloud.access_events import service
from cloud.access_events.feed import follow
from cloud.access_events.repository import EventFilter
from cloud.access_events.schemas import AccessEventOut
from cloud.api import LIMIT_DEFAULT, After, AppDatabase, Limit, ReadSession, problems
from cloud.database import Database
from cloud.errors import invalid_field
from cloud.event_stream import STREAM_LIFE, EventStream
from cloud.kit.paging import Page, cut_page
from cloud.listing import read_cursor
from cloud.staff.api import require
from cloud.staff.service import SignedIn

_QUIET_BATCHES_MAX: Final = 15

router = APIRouter(tags=["access events"])

MemberFilter = Annotated[str | None, Query(max_length=64, description="Only of this member.")]
GatewayFilter = Annotated[str | None, Query(max_length=64, description="Only of this gateway.")]
LastEventId = Annotated[str | None, Header(max_length=20, description="Go on behind this event.")]


@router.get("/access-events", dependencies=[require("access.read")], responses=problems(401, 403, 422))
def list_access_events(
    session: ReadSession,
    member_id: MemberFilter = None,
    gateway_id: GatewayFilter = None,
    after: After = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[AccessEventOut]:
    """Events as they arrived, the newest first."""
    wanted = EventFilter(gateway_id=gateway_id, member_id=member_id)
    key = read_cursor(after, int)
    events = service.page(session, wanted, before_id=None if key is None else int(key[0]), limit=limit + 1)
    page = cut_page(events, limit, lambda event: (event.id,))
    return Page(items=[AccessEventOut.of(event) for event in page.items], next=page.next)


@router.get(
    "/access-events/stream",
    response_class=StreamingResponse,
    responses=problems(401, 403, 422, 429),
)
def stream_access_events(
    request: Request,
    database: AppDatabase,
    *,
    staff: SignedIn = require("access.read"),
    member_id: MemberFilter = None,
    gateway_id: GatewayFilter = None,
    last_event_id: LastEventId = None,
) -> EventStream:
    """Server-sent events: `event: access` with the event as JSON, from now on or behind `Last-Event-ID`.

    The stream ends after ten minutes; come back with the last id.
    """
    if last_event_id is not None and not last_event_id.isdecimal():
        raise invalid_field("Last-Event-ID", "not_an_id", "Pass the id of an event.")
    wanted = EventFilter(gateway_id=gateway_id, member_id=member_id)
    body = _as_sse(database, wanted, None if last_event_id is None else min(int(last_event_id), 2**63 - 1))
    return EventStream(request, staff.session_id, body)


async def _as_sse(database: Database, wanted: EventFilter, after_id: int | None) -> AsyncIterator[str]:
    quiet, ends_at = 0, database.clock() + STREAM_LIFE
    async for events in follow(database, wanted, after_id):
        quiet = 0 if events else quiet + 1
        for event in events:
            yield f"id: {event.id}\nevent: access\ndata: {AccessEventOut.of(event).model_dump_json()}\n\n"
        if database.clock() >= ends_at:
            return
        if quiet >= _QUIET_BATCHES_MAX:
            yield ": still here\n\n"
            quiet = 0
