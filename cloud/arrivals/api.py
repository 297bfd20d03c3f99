"""Who comes, over HTTP."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from cloud.api import ReadSession, problems
from cloud.arrivals import service
from cloud.arrivals.schemas import ActivityArrivalsOut, ArrivalsOut
from cloud.kit.clock import local_day
from cloud.kit.days import Day
from cloud.sites import service as sites
from cloud.staff.api import require

router = APIRouter(tags=["schedule"])


@router.get("/sites/{site_id}/arrivals", dependencies=[require("members.read")], responses=problems(401, 403, 404, 422))
def list_arrivals(
    site_id: str, session: ReadSession, day: Annotated[Day | None, Query(description="None: today.")] = None
) -> ArrivalsOut:
    """Who comes to the sessions of a day, by activity, with what to tell each; at most 600 bookings."""
    wanted = day or local_day(session.now, ZoneInfo(sites.get_site(session, site_id).time_zone))
    groups = service.who_comes(session, site_id, wanted)
    return ArrivalsOut(day=wanted, activities=[ActivityArrivalsOut.of(group) for group in groups])
