"""Tells a gateway whose signatures to believe, when it has missed that the site's signing key was changed.

It proves by the key of its certificate who it is, as for a renewal; that it is the cloud who answers, TLS shows it.
"""

from dataclasses import dataclass

from cloud.database import UnitOfWork
from cloud.enrolment import certificates
from cloud.enrolment.authority import OnlineAuthority, serial_number
from cloud.enrolment.renewal import check_challenge, check_in_service, check_proof, issued_leaf
from cloud.errors import ForbiddenError, UnauthenticatedError
from cloud.sites import service as sites
from cloud.sites import signing_keys
from sync_protocol.messages import SigningKeys
from sync_protocol.renewal_proof import signing_keys_statement


@dataclass(frozen=True, slots=True)
class Question:
    """What a gateway sends; `signature` is over `signing_keys_statement` with the key of its certificate."""

    gateway_id: str
    certificate_pem: str
    challenge: str
    signature: bytes


def tell(session: UnitOfWork, authority: OnlineAuthority, question: Question, *, secret: bytes) -> SigningKeys:
    """The keys of the gateway's site.

    Raises:
        UnauthenticatedError: challenge, certificate or signature do not hold.
        ForbiddenError: the certificate has expired or is revoked, or the gateway is out of service.
    """
    check_challenge(secret, question.challenge, session.now)
    leaf = issued_leaf(authority, question.gateway_id, question.certificate_pem)
    serial = serial_number(leaf)

    def statement() -> bytes:
        return signing_keys_statement(gateway_id=question.gateway_id, serial=serial, challenge=question.challenge)

    check_proof(leaf, question.signature, statement)
    gateway = sites.find_gateway(session, question.gateway_id)
    present = certificates.find(session, serial)
    if gateway is None or present is None:
        raise UnauthenticatedError("certificate_unknown", "No such certificate is known here; renew it first.")
    check_in_service(gateway, present)
    if present.not_after <= session.now:
        raise ForbiddenError("certificate_expired", "This certificate has expired; renew it first.")
    return signing_keys.announcement(sites.get_site(session, gateway.site_id), secret)
