"""Certificates over HTTP: gateways renew theirs, staff revoke them and let expired gateways come back."""

from fastapi import APIRouter, Depends, Request, Response

from cloud.api import AppDatabase, AppSettings, ReadSession, Transaction, problems
from cloud.enrolment import certificates, key_desk, reenrolment, renewal
from cloud.enrolment.api import Authority, limited, load_authority, over_tls
from cloud.enrolment.certificate_schemas import (
    CertificateList,
    CertificateOut,
    ChallengeOut,
    DecisionIn,
    ReenrolmentList,
    ReenrolmentOut,
    RenewalIn,
    RenewalOut,
    SigningKeysIn,
    SigningKeysOut,
    WithdrawalIn,
    decode_signature,
)
from cloud.enrolment.models import Reenrolment
from cloud.errors import not_found
from cloud.sites import service as sites
from cloud.sites import signing_keys
from cloud.staff.api import network_address, require
from cloud.staff.service import SignedIn

router = APIRouter(tags=["enrolment"])


@router.get("/enrolment/challenge")
def get_challenge(settings: AppSettings, database: AppDatabase) -> ChallengeOut:
    """What a gateway signs to prove that it holds the key of its certificate."""
    return ChallengeOut(challenge=renewal.new_challenge(settings.secret, database.clock()))


@router.post(
    "/enrolment/renewal",
    dependencies=[Depends(over_tls), Depends(limited)],
    responses={202: {"model": RenewalOut}, **problems(401, 403, 409, 422, 429)},
)
def renew_certificate(
    body: RenewalIn,
    request: Request,
    response: Response,
    *,
    session: Transaction,
    settings: AppSettings,
    authority: Authority,
) -> RenewalOut:
    """The next certificate for a new key; 202 means that the present one has expired and staff have to approve."""
    outcome = renewal.renew(
        session, authority, body.to_request(), secret=settings.secret, network_address=network_address(request)
    )
    if isinstance(outcome, Reenrolment):
        response.status_code = 202
        return RenewalOut(state="waiting_for_approval", certificate_pem=None)
    return RenewalOut(state="granted", certificate_pem=outcome.certificate_pem)


@router.post(
    "/enrolment/signing-keys",
    dependencies=[Depends(over_tls), Depends(limited)],
    responses=problems(401, 403, 422, 429),
)
def get_signing_keys(
    body: SigningKeysIn, *, session: ReadSession, settings: AppSettings, authority: Authority
) -> SigningKeysOut:
    """Whose signatures a gateway is to believe: for one that was away while the site's key was changed."""
    question = key_desk.Question(
        body.gateway_id, body.certificate_pem, body.challenge, decode_signature(body.signature)
    )
    keys = key_desk.tell(session, authority, question, secret=settings.secret)
    return SigningKeysOut(serial=keys.serial, signing_keys=dict(signing_keys.in_hex(keys)))


@router.get(
    "/gateways/{gateway_id}/certificates",
    dependencies=[require("gateways.read")],
    responses=problems(401, 403, 404),
)
def list_certificates(gateway_id: str, session: ReadSession) -> CertificateList:
    """The certificates that a gateway ever got, the newest first."""
    if sites.find_gateway(session, gateway_id) is None:
        raise not_found("gateway", gateway_id)
    return CertificateList(items=[CertificateOut.of(each) for each in certificates.list_of(session, gateway_id)])


@router.post("/gateways/{gateway_id}/withdrawal", status_code=204, responses=problems(401, 403, 404, 409, 422))
def withdraw_gateway(
    gateway_id: str, body: WithdrawalIn, session: Transaction, staff: SignedIn = require("gateways.enrol")
) -> None:
    """Take a gateway out of service for good, and revoke its certificates."""
    certificates.withdraw_gateway(session, staff.actor, gateway_id, body.why)


@router.get("/reenrolments", dependencies=[require("gateways.read")], responses=problems(401, 403))
def list_reenrolments(session: ReadSession) -> ReenrolmentList:
    """Gateways with an expired certificate that wait for somebody to let them come back."""
    return ReenrolmentList(items=[ReenrolmentOut.of(each) for each in reenrolment.list_waiting(session)])


@router.post("/reenrolments/{gateway_id}/approval", status_code=204, responses=problems(401, 403, 404, 409, 422))
def approve_reenrolment(
    gateway_id: str,
    body: DecisionIn,
    session: Transaction,
    settings: AppSettings,
    staff: SignedIn = require("gateways.enrol"),
) -> None:
    """Let a gateway come back; it fetches its certificate within minutes."""
    reenrolment.approve(session, staff.actor, load_authority(settings), gateway_id, key_hash=body.key_hash)


@router.post("/reenrolments/{gateway_id}/refusal", status_code=204, responses=problems(401, 403, 404, 409, 422))
def refuse_reenrolment(
    gateway_id: str, body: DecisionIn, session: Transaction, staff: SignedIn = require("gateways.enrol")
) -> None:
    """Do not let a gateway come back; it may ask again in a week."""
    reenrolment.refuse(session, staff.actor, gateway_id, key_hash=body.key_hash)
