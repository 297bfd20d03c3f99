"""Two boards of stages: Attraction and Return, with the filter for lessons left in the address bar."""

from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from cloud.api import ReadSession
from cloud.console.languages import mark
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.funnels import people
from cloud.funnels.people import Scope, Somebody
from cloud.kit.clock import local_day
from cloud.sites import service as sites
from cloud.tasks import enquiry_statuses

STAGE_NAMES: Final = {
    "did_not_renew": mark("Did not renew"),
    "absent_7": mark("Absent for 7 days"),
    "absent_14": mark("Absent for 14 days"),
    "absent_30": mark("Absent for 30 days"),
}

router = APIRouter()


class FunnelQuery(BaseModel):
    """Which funnel, of which site (empty: the first), with how many lessons left (empty: any)."""

    model_config = ConfigDict(extra="ignore")

    funnel: str = "return"
    site: str = ""
    lessons: str = ""


@router.get("/funnels")
def show_funnel(
    session: ReadSession, wanted: Annotated[FunnelQuery, Query()], viewer: Viewer = viewing("tasks.read")
) -> Response:
    """One of the two boards."""
    every_site = sites.list_sites(session)
    site = sites.get_site(session, wanted.site[:24] or (every_site[0].id if every_site else ""))
    zone = ZoneInfo(site.time_zone)
    is_number = wanted.lessons.isascii() and wanted.lessons.isdigit() and len(wanted.lessons) <= 6
    scope = Scope(site.id, local_day(session.now, zone), zone, int(wanted.lessons) if is_number else None)
    is_attraction = wanted.funnel == "attraction"
    return render(
        viewer,
        "funnels/funnel.html",
        stages=_attraction(session, scope, viewer) if is_attraction else _return(session, scope, viewer),
        is_attraction=is_attraction,
        site=site,
        sites=every_site,
        lessons=wanted.lessons if is_number else "",
    )


def _return(session: UnitOfWork, scope: Scope, viewer: Viewer) -> list[tuple[str, list[Somebody]]]:
    found = people.find_return(session, scope)
    return [(viewer.words.text(STAGE_NAMES[stage]), found[stage]) for stage in people.RETURN_STAGES]


def _attraction(session: UnitOfWork, scope: Scope, viewer: Viewer) -> list[tuple[str, list[Somebody]]]:
    found = people.find_attraction(session, scope)
    stages = [("", viewer.words.text(mark("No status yet")))]
    stages += [(each.id, each.name) for each in enquiry_statuses.list_all(session)]
    return [(name, found.get(key, [])) for key, name in stages]
