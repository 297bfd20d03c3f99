"""The last self-test of a gateway, part by part."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from cloud.api import ReadSession
from cloud.console.rendering import render
from cloud.console.viewer import Viewer, viewing
from cloud.errors import not_found
from cloud.gateway_health import service
from cloud.sites import service as sites

router = APIRouter()


@router.get("/access/gateways/{gateway_id}/self-test")
def show_self_test(gateway_id: str, session: ReadSession, viewer: Viewer = viewing("gateways.read")) -> Response:
    """What the gateway found; as fragment the part that keeps itself up to date."""
    gateway = sites.find_gateway(session, gateway_id)
    if gateway is None:
        raise not_found("gateway", gateway_id)
    site = sites.get_site(session, gateway.site_id)
    template = "gateway_health/outcomes.html" if viewer.is_fragment else "gateway_health/self_test.html"
    health = service.find_health(session, gateway_id)
    return render(viewer, template, gateway=gateway, zone=ZoneInfo(site.time_zone), health=health)
