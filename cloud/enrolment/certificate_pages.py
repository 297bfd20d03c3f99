"""Take a gateway out of service, and let one with an expired certificate come back, from the page Access."""

from typing import Final

from fastapi import APIRouter, Response

from cloud.api import AppSettings, ReadSession, Transaction
from cloud.console.languages import mark
from cloud.console.rendering import go_to, render
from cloud.console.viewer import Submission, Viewer, submitting, viewing
from cloud.enrolment import certificates, reenrolment
from cloud.enrolment.api import load_authority
from cloud.errors import not_found
from cloud.sites import service as sites
from cloud.sites.models import Gateway

WHY_CHARACTERS_MAX: Final = 200
_NO_REASON: Final = mark("Say why: it goes into the audit log.")

router = APIRouter()


@router.get("/access/gateways/{gateway_id}/withdraw")
def show_withdraw_form(gateway_id: str, session: ReadSession, viewer: Viewer = viewing("gateways.enrol")) -> Response:
    """What it means, and why."""
    gateway = sites.find_gateway(session, gateway_id)
    if gateway is None:
        raise not_found("gateway", gateway_id)
    return _form(viewer, gateway, {}, "", status=200)


@router.post("/access/gateways/{gateway_id}/withdraw")
def withdraw(gateway_id: str, session: Transaction, form: Submission = submitting("gateways.enrol")) -> Response:
    """Take the gateway out of service for good."""
    viewer, why = form.viewer, form.fields.get("why", "")
    if not (0 < len(why) <= WHY_CHARACTERS_MAX and why.isprintable()):
        gateway = sites.find_gateway(session, gateway_id)
        if gateway is None:
            raise not_found("gateway", gateway_id)
        return _form(viewer, gateway, {"why": viewer.words.text(_NO_REASON)}, why, status=422)
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


def _form(viewer: Viewer, gateway: Gateway, errors: dict[str, str], why: str, *, status: int) -> Response:
    template = "enrolment/withdraw.html" if viewer.is_fragment else "enrolment/withdraw_page.html"
    return render(viewer, template, status=status, gateway=gateway, errors=errors, why=why)
