"""Gateways from the console: enrol one (a token, shown once, with the command to type), take one out of service, let
one with an expired certificate come back.
"""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.datastructures import URL

from cloud.api import AppSettings, ReadSession, Transaction
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.database import UnitOfWork
from cloud.enrolment import certificates, reenrolment, service
from cloud.enrolment.api import load_authority
from cloud.enrolment.authority import server_names
from cloud.errors import ConflictError, NotFoundError, not_found
from cloud.settings import Settings
from cloud.sites import service as sites
from cloud.sites.models import Gateway

GATEWAY_USER: Final = "tornello-gateway"
"""The service's own user: what root enrols, the service cannot read."""
_NO_AUTHORITY: Final = mark("This service has no certificate authority. Create one with tornello-provision first.")
_NO_LANE: Final = mark("Choose a lane.")
_NO_REASON: Final = mark("Say why: it goes into the audit log.")
WHY_CHARACTERS_MAX: Final = 200

router = APIRouter()


@router.get("/access/enrol")
def show_enrol_form(session: ReadSession, viewer: Viewer = viewing("gateways.enrol")) -> Response:
    """Which lane shall get a gateway."""
    return _form(session, viewer, "", {}, status=200)


@router.post("/access/enrol")
def create_token(
    request: Request, session: Transaction, settings: AppSettings, form: Submission = submitting("gateways.enrol")
) -> Response:
    """Make the token and show it, this once."""
    viewer, lane_id = form.viewer, form.fields.get("lane_id", "")
    try:
        token = service.create_claim_token(session, viewer.signed_in.actor, lane_id, load_authority(settings))
        lane = sites.get_lane(session, lane_id)
    except ConflictError:
        return _form(session, viewer, lane_id, {"form": viewer.words.text(_NO_AUTHORITY)}, status=409)
    except NotFoundError:
        return _form(session, viewer, lane_id, {"lane_id": viewer.words.text(_NO_LANE)}, status=422)
    url = enrolment_address(request.url, settings)
    command = f"sudo -u {GATEWAY_USER} tornello-gateway enrol --url {url} --token {token.text}"
    template = "enrolment/token.html" if viewer.is_fragment else "enrolment/token_page.html"
    return render(viewer, template, lane=lane, token=token, command=command)


def enrolment_address(here: URL, settings: Settings) -> str:
    """Where a gateway reaches the enrolment over HTTPS: as this browser does, if the certificate bears that name."""
    if here.scheme == "https" or settings.tls_listen is None:
        return f"https://{here.netloc if here.scheme == 'https' else here.hostname}"
    host = here.hostname or "localhost"
    names = server_names(settings.tls_certificate) if settings.tls_certificate else ()
    return f"https://{host if host in names or not names else names[0]}:{settings.tls_listen.port}"


def _form(session: UnitOfWork, viewer: Viewer, lane_id: str, errors: Mapping[str, str], *, status: int) -> Response:
    names = {site.id: site.name for site in sites.list_sites(session)}
    with_gateway = {gateway.lane_id for gateway in sites.list_gateways(session)}
    lanes = [(lane, names[lane.site_id], lane.id in with_gateway) for lane in sites.list_lanes(session)]
    template = "enrolment/form.html" if viewer.is_fragment else "enrolment/form_page.html"
    return render(viewer, template, status=status, lanes=lanes, lane_id=lane_id, errors=errors)


@router.get("/access/gateways/{gateway_id}/withdraw")
def show_withdraw_form(gateway_id: str, session: ReadSession, viewer: Viewer = viewing("gateways.enrol")) -> Response:
    """What it means, and why."""
    gateway = sites.find_gateway(session, gateway_id)
    if gateway is None:
        raise not_found("gateway", gateway_id)
    return _withdraw_form(viewer, gateway, {}, "", status=200)


@router.post("/access/gateways/{gateway_id}/withdraw")
def withdraw(gateway_id: str, session: Transaction, form: Submission = submitting("gateways.enrol")) -> Response:
    """Take the gateway out of service for good."""
    viewer, why = form.viewer, form.fields.get("why", "")
    if not (0 < len(why) <= WHY_CHARACTERS_MAX and why.isprintable()):
        gateway = sites.find_gateway(session, gateway_id)
        if gateway is None:
            raise not_found("gateway", gateway_id)
        return _withdraw_form(viewer, gateway, {"why": viewer.words.text(_NO_REASON)}, why, status=422)
    certificates.withdraw_gateway(session, viewer.signed_in.actor, gateway_id, why)
    return go_to(viewer, "/access", notice="gateway_withdrawn")


@router.post("/access/returning/{gateway_id}/approve")
def approve(
    gateway_id: str, session: Transaction, settings: AppSettings, form: Submission = submitting("gateways.enrol")
) -> Response:
    """Let the gateway come back."""
    key_hash, actor = form.fields.get("key_hash", ""), form.viewer.signed_in.actor
    reenrolment.approve(session, actor, load_authority(settings), gateway_id, key_hash=key_hash)
    return go_to(form.viewer, "/access", notice="gateway_let_back")


@router.post("/access/returning/{gateway_id}/refuse")
def refuse(gateway_id: str, session: Transaction, form: Submission = submitting("gateways.enrol")) -> Response:
    """Do not let the gateway come back."""
    key_hash = form.fields.get("key_hash", "")
    reenrolment.refuse(session, form.viewer.signed_in.actor, gateway_id, key_hash=key_hash)
    return go_to(form.viewer, "/access", notice="gateway_kept_out")


def _withdraw_form(viewer: Viewer, gateway: Gateway, errors: dict[str, str], why: str, *, status: int) -> Response:
    template = "enrolment/withdraw.html" if viewer.is_fragment else "enrolment/withdraw_page.html"
    return render(viewer, template, status=status, gateway=gateway, errors=errors, why=why)
