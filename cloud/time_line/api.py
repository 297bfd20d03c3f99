"""The time line over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from cloud.api import ReadSession, problems
from cloud.kit.paging import Page
from cloud.staff import service as staff_service
from cloud.staff.api import require
from cloud.staff.service import SignedIn
from cloud.time_line import service
from cloud.time_line.schemas import LineOut, LineQuery

router = APIRouter(tags=["members"])


@router.get("/members/{member_id}/time-line", responses=problems(401, 403, 404, 422))
def list_time_line(
    member_id: str,
    session: ReadSession,
    wanted: Annotated[LineQuery, Query()],
    staff: SignedIn = require("members.read"),
) -> Page[LineOut]:
    """Everything that happened with a member, the newest first; kinds that you may not see are left out."""
    page = service.find_page(
        session, member_id, may=staff.may, kinds=wanted.kind, after=wanted.after, limit=wanted.limit
    )
    names = staff_service.names_of(session, {line.who for line in page.items if line.who})
    items = [
        LineOut(
            id=line.line_id,
            at=line.at,
            kind=line.kind,
            what=line.what,
            who=line.who,
            who_name=names.get(line.who, ""),
            text=line.text,
            subject=line.subject,
            facts=dict(line.facts),
        )
        for line in page.items
    ]
    return Page(items=items, next=page.next)
