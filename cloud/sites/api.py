"""Sites and lanes over HTTP; gateways are listed where the newest state is known, in `desired_state`."""

from typing import Annotated

from fastapi import APIRouter, Query

from cloud.api import ReadSession, Transaction, problems
from cloud.sites import service
from cloud.sites.schemas import LaneList, LaneOut, SiteChange, SiteList, SiteOut
from cloud.staff.api import require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["sites"])

SiteFilter = Annotated[str | None, Query(max_length=40, description="Only of this site.")]


@router.get("/sites", dependencies=[require("gateways.read")], responses=problems(401, 403))
def list_sites(session: ReadSession) -> SiteList:
    """All sites by name."""
    return SiteList(items=[SiteOut.of(site) for site in service.list_sites(session)])


@router.get("/sites/{site_id}", dependencies=[require("gateways.read")], responses=problems(401, 403, 404))
def get_site(site_id: str, session: ReadSession) -> SiteOut:
    """One site with its rules."""
    return SiteOut.of(service.get_site(session, site_id))


@router.patch("/sites/{site_id}", responses=problems(401, 403, 404, 422))
def change_site(
    site_id: str, body: SiteChange, session: Transaction, staff: SignedIn = require("access_rules.write")
) -> SiteOut:
    """Change the rules that the body names; they are in force at a gate as soon as it has heard of them."""
    changes = body.model_dump(exclude_unset=True)
    return SiteOut.of(service.change_rules(session, staff.actor, site_id, changes))


@router.get("/lanes", dependencies=[require("gateways.read")], responses=problems(401, 403, 422))
def list_lanes(session: ReadSession, site_id: SiteFilter = None) -> LaneList:
    """The lanes and the gateway at work at each."""
    gateways = {gateway.lane_id: gateway.id for gateway in service.list_gateways(session, site_id)}
    lanes = service.list_lanes(session, site_id)
    return LaneList(items=[LaneOut.of(lane, gateways.get(lane.id)) for lane in lanes])
