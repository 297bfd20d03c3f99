"""A gateway's health over HTTP."""

from fastapi import APIRouter

from cloud.api import ReadSession, problems
from cloud.errors import not_found
from cloud.gateway_health import service
from cloud.gateway_health.schemas import HealthOut
from cloud.sites import service as sites
from cloud.staff.api import require

router = APIRouter(tags=["sites"])


@router.get("/gateways/{gateway_id}/health", dependencies=[require("gateways.read")], responses=problems(401, 403, 404))
def show_health(gateway_id: str, session: ReadSession) -> HealthOut:
    """What a gateway last found about itself."""
    if sites.find_gateway(session, gateway_id) is None:
        raise not_found("gateway", gateway_id)
    return HealthOut.of(service.find_health(session, gateway_id))
