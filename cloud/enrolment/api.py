"""Enrolment over HTTPS: tokens for staff, the authority and the grant for devices."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse

from cloud.api import AppSettings, Transaction, problems
from cloud.enrolment import service
from cloud.enrolment.authority import AuthorityUnusableError, OnlineAuthority
from cloud.enrolment.schemas import ClaimTokenIn, ClaimTokenOut, EnrolmentGrant, EnrolmentIn
from cloud.errors import ConflictError, ForbiddenError, TooManyRequestsError, not_found
from cloud.kit.attempts import AttemptLimiter
from cloud.settings import Settings
from cloud.sites import service as sites
from cloud.staff.api import network_address, require
from cloud.staff.service import SignedIn

ATTEMPTS_MAX: Final = 20
WINDOW_S: Final = 60.0

router = APIRouter(tags=["enrolment"])


def load_authority(settings: Settings) -> OnlineAuthority:
    """The online authority of this process.

    Raises:
        ConflictError: there is none.
    """
    if settings.authority_dir is None:
        raise ConflictError("no_authority", "This service has no certificate authority: set TORNELLO_AUTHORITY_DIR.")
    try:
        return OnlineAuthority.load(settings.authority_dir)
    except AuthorityUnusableError as error:
        raise ConflictError("no_authority", f"The certificate authority cannot be used: {error}") from error


def _authority(settings: AppSettings) -> OnlineAuthority:
    return load_authority(settings)


def over_tls(request: Request) -> None:
    """Refuse what comes in the clear."""
    if request.url.scheme != "https":
        raise ForbiddenError("https_required", "Enrolment works only over HTTPS.")


def limited(request: Request) -> None:
    """At most 20 attempts a minute from one address; the count lives with the application."""
    if not hasattr(request.app.state, "enrolment_attempts"):
        request.app.state.enrolment_attempts = AttemptLimiter(ATTEMPTS_MAX, WINDOW_S)
    limiter: AttemptLimiter = request.app.state.enrolment_attempts
    wait_s = limiter.attempt(network_address(request))
    if wait_s:
        raise TooManyRequestsError(
            "too_many_enrolments", f"Too many attempts to enrol. Try again in {wait_s} s.", retry_after_s=wait_s
        )


Authority = Annotated[OnlineAuthority, Depends(_authority)]


@router.post("/sites/{site_id}/claim-tokens", status_code=201, responses=problems(401, 403, 404, 409, 422))
def create_claim_token(
    site_id: str,
    body: ClaimTokenIn,
    session: Transaction,
    settings: AppSettings,
    staff: SignedIn = require("gateways.enrol"),
) -> ClaimTokenOut:
    """Allow one gateway to be enrolled at a lane within 24 hours. The token is shown this once."""
    authority = load_authority(settings)
    if sites.get_lane(session, body.lane_id).site_id != site_id:
        raise not_found("lane", body.lane_id)
    token = service.create_claim_token(session, staff.actor, body.lane_id, authority)
    return ClaimTokenOut(token=token.text, lane_id=token.lane_id, expires_at=token.expires_at)


@router.get("/enrolment/authority", response_class=PlainTextResponse, responses=problems(409))
def show_authority(authority: Authority) -> str:
    """The authority's certificates in PEM, the root first. Trust them only if the root fits the token's fingerprint."""
    return authority.bundle_pem


@router.post(
    "/enrolment",
    dependencies=[Depends(over_tls), Depends(limited)],
    responses=problems(401, 403, 409, 410, 422, 429),
)
def enrol(body: EnrolmentIn, session: Transaction, settings: AppSettings, authority: Authority) -> EnrolmentGrant:
    """Exchange a claim token and a certificate request for a certificate and the site's keys."""
    return service.enrol(session, settings, authority, token_text=body.token, csr_pem=body.csr_pem)
