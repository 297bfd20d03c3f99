"""Access: the lanes with their gateways, and whether each one obeys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cloud.access_events import journal_faults
from cloud.api import ReadSession
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.database import UnitOfWork
from cloud.desired_state import service as desired_state
from cloud.desired_state.lag import IN_STEP, Lag, lags
from cloud.enrolment import certificates, reenrolment
from cloud.enrolment.models import GatewayCertificate, Reenrolment
from cloud.gateway_health import service as gateway_health
from cloud.gateway_health.service import UNKNOWN, Health
from cloud.sites import service
from cloud.sites.models import Gateway, Lane, Site

router = APIRouter()


@dataclass(frozen=True, slots=True)
class LaneView:
    """A lane and the gateway in charge of it, if one was ever enrolled."""

    lane: Lane
    gateway: Gateway | None
    is_connected: bool
    lag: Lag
    events_waiting: int
    journal_faults: int
    health: Health = UNKNOWN
    certificate: GatewayCertificate | None = None

    def is_certificate_running_out(self, now: datetime) -> bool:
        """Whether a quarter of the certificate's life, or less, is left: it should have been renewed long ago."""
        if self.certificate is None:
            return False
        life = self.certificate.not_after - self.certificate.not_before
        return now > self.certificate.not_after - life / 4


@dataclass(frozen=True, slots=True)
class ReturningView:
    """A gateway whose certificate has expired asks to come back."""

    request: Reenrolment
    gateway: Gateway
    site: Site
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site, its newest revision, its lanes."""

    site: Site
    zone: ZoneInfo
    head_revision: int
    lanes: Sequence[LaneView]


@router.get("/access")
def show_access(session: ReadSession, viewer: Viewer = viewing("gateways.read")) -> Response:
    """All lanes; as fragment the part that keeps itself up to date."""
    lane_names = {lane.id: lane.name for lane in service.list_lanes(session)}
    template = "sites/lanes.html" if viewer.is_fragment else "sites/access.html"
    return render(
        viewer, template, sites=_site_views(session), lane_names=lane_names, returning=_returning_views(session)
    )


def _returning_views(session: UnitOfWork) -> list[ReturningView]:
    views = []
    for request in reenrolment.list_waiting(session):
        gateway = service.find_gateway(session, request.gateway_id)
        assert gateway is not None, "the table's key"
        site = service.get_site(session, gateway.site_id)
        views.append(ReturningView(request, gateway, site, ZoneInfo(site.time_zone)))
    return views


def _site_views(session: UnitOfWork) -> list[SiteView]:
    heads = desired_state.heads(session)
    faults = journal_faults.counts(session)
    gateways = {gateway.lane_id: gateway for gateway in service.list_gateways(session)}
    behind = lags(session, [*gateways.values()])
    return [
        SiteView(
            site,
            ZoneInfo(site.time_zone),
            heads.get(site.id, 0),
            [
                _lane_view(session, lane, gateways.get(lane.id), behind, faults)
                for lane in service.list_lanes(session, site.id)
            ],
        )
        for site in service.list_sites(session)
    ]


def _lane_view(
    session: UnitOfWork, lane: Lane, gateway: Gateway | None, behind: Mapping[str, Lag], faults: Mapping[str, int]
) -> LaneView:
    if gateway is None:
        return LaneView(lane, None, is_connected=False, lag=IN_STEP, events_waiting=0, journal_faults=0)
    return LaneView(
        lane,
        gateway,
        is_connected=service.is_connected(gateway, session.now),
        lag=behind.get(gateway.id, IN_STEP),
        events_waiting=max(0, (gateway.outbox_next_seq or 0) - (gateway.outbox_first_seq or 0)),
        journal_faults=faults.get(gateway.id, 0),
        health=gateway_health.find_health(session, gateway.id),
        certificate=certificates.find_present(session, gateway),
    )
