"""The time line on the member card, and as a page of its own with everything that ever happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from cloud.api import ReadSession
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.members import service as members
from cloud.members.models import Member
from cloud.past import Kind, PastLine
from cloud.sales import spending
from cloud.sales.spending import Spent
from cloud.sites import service as sites
from cloud.staff import service as staff
from cloud.time_line import service
from cloud.time_line.pages.words import KIND_NAMES, Names, Said, say

ON_CARD: Final = 20
ROWS: Final = 50

router = APIRouter()

KindChoice = Annotated[str, Query(max_length=16)]


@dataclass(frozen=True, slots=True)
class PastView:
    """A part of somebody's time line as staff read it.

    `kind` is empty for all kinds; `spent` is None for who may not see it.
    """

    member: Member
    zone: ZoneInfo
    lines: Sequence[Said]
    next_after: str | None
    kind: str
    kind_names: dict[Kind, str]
    spent: Sequence[Spent] | None


@router.get("/members/{member_id}/time-line")
def show_time_line(
    member_id: str,
    session: ReadSession,
    viewer: Viewer = viewing("members.read"),
    kind: KindChoice = "",
    after: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Everything, page by page; as fragment the next rows."""
    view = past_of(session, viewer, members.get(session, member_id), kind=kind, after=after, limit=ROWS)
    template = "time_line/rows.html" if viewer.is_fragment and after else "time_line/page.html"
    return render(viewer, template, past=view)


@router.get("/members/{member_id}/time-line/newest")
def show_newest(
    member_id: str, session: ReadSession, viewer: Viewer = viewing("members.read"), kind: KindChoice = ""
) -> Response:
    """The newest lines, as the part of the card that keeps itself up to date."""
    view = past_of(session, viewer, members.get(session, member_id), kind=kind)
    return render(viewer, "time_line/of_member.html", past=view)


def past_of(
    session: UnitOfWork,
    viewer: Viewer,
    member: Member,
    *,
    kind: str = "",
    after: str | None = None,
    limit: int = ON_CARD,
) -> PastView:
    """A page of the time line with everything that its template needs; an unknown kind shows all."""
    shown = service.kinds_for(viewer.may)
    wanted = [one for one in shown if one == kind]
    page = service.find_page(session, member.id, may=viewer.may, kinds=wanted, after=after, limit=limit)
    zone = ZoneInfo(sites.get_site(session, member.site_id).time_zone)
    names = Names({lane.id: lane.name for lane in sites.list_lanes(session)}, _staff_names(session, page.items))
    spent = spending.spent_by(session, [member.id]).get(member.id, []) if viewer.may("dues.read") else None
    return PastView(
        member=member,
        zone=zone,
        lines=[say(line, names, zone, viewer.words) for line in page.items],
        next_after=page.next,
        kind=wanted[0] if wanted else "",
        kind_names={one: KIND_NAMES[one] for one in shown},
        spent=spent,
    )


def _staff_names(session: UnitOfWork, lines: Sequence[PastLine]) -> dict[str, str]:
    named = {line.who for line in lines} | {str(line.facts.get("rendered_by", "")) for line in lines}
    return staff.names_of(session, named - {""})
