"""Gateways over HTTP, with how far each is behind: the newest state is known here, and not where gateways are."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cloud.api import ReadSession, problems
from cloud.desired_state.lag import IN_STEP, Lag, lags
from cloud.sites import service as sites
from cloud.sites.api import SiteFilter
from cloud.sites.models import Gateway
from cloud.sites.schemas import GatewayOut
from cloud.staff.api import require

router = APIRouter(tags=["sites"])


class GatewayWithLag(GatewayOut):
    """A gateway, what it last said of itself, and how far it is behind the site's newest state."""

    revisions_behind: int = Field(description="How many revisions of the site's state are not in force there.")
    behind_since: datetime | None = Field(
        description="When the first of them was made; null when none is missing, or when that was too long ago."
    )

    @classmethod
    def with_lag(cls, gateway: Gateway, lag: Lag, now: datetime) -> Self:
        """What the tables hold, as of now."""
        known = GatewayOut.of(gateway, now).model_dump()
        return cls(**known, revisions_behind=lag.revisions, behind_since=lag.since_at)


class GatewayList(BaseModel):
    """All gateways at work at a site or at all sites."""

    items: list[GatewayWithLag]
    next: None = None


@router.get("/gateways", dependencies=[require("gateways.read")], responses=problems(401, 403, 422))
def list_gateways(session: ReadSession, site_id: SiteFilter = None) -> GatewayList:
    """The gateways at work, with what they last said of themselves, and which of them lag."""
    gateways = sites.list_gateways(session, site_id)
    behind = lags(session, gateways)
    now = session.now
    return GatewayList(
        items=[GatewayWithLag.with_lag(gateway, behind.get(gateway.id, IN_STEP), now) for gateway in gateways]
    )
