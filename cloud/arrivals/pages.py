"""Who comes today, as a page for the front desk."""

from datetime import date, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from cloud.api import ReadSession
from cloud.arrivals import service
from cloud.class_sessions.pages.asking import chosen_day, chosen_site
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.kit.clock import local_day
from cloud.rooms import service as rooms
from cloud.sites import service as sites

router = APIRouter()


@router.get("/schedule/arrivals")
def show_arrivals(
    session: ReadSession,
    viewer: Viewer = viewing("members.read"),
    site: Annotated[str, Query(max_length=24)] = "",
    day: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The page; as fragment what keeps itself up to date when somebody goes through a gate."""
    club = chosen_site(session, site)
    zone = ZoneInfo(club.time_zone)
    wanted: date = chosen_day(day, local_day(session.now, zone))
    return render(
        viewer,
        "arrivals/groups.html" if viewer.is_fragment else "arrivals/page.html",
        sites=sites.list_sites(session),
        site=club,
        zone=zone,
        day=wanted,
        today=local_day(session.now, zone),
        before=wanted - timedelta(days=1),
        after=wanted + timedelta(days=1),
        groups=service.who_comes(session, club.id, wanted),
        rooms={room.id: room.name for room in rooms.list_of_site(session, club.id)},
    )
