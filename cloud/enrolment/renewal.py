"""A gateway asks for its next certificate, and proves that it holds the key of the present one.

The proof is a signature over a challenge of ours, not the TLS connection: a reverse proxy may stand between. While the
certificate is valid the answer is the next one; once it has expired, staff decide (`reenrolment`). Repeating is safe:
the same new key gets the same certificate.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.enrolment import certificates, reenrolment
from cloud.enrolment.authority import (
    BACKDATED,
    CertificateRequestRefusedError,
    OnlineAuthority,
    gateway_subject,
    public_key_hash,
    read_request,
    serial_number,
    to_pem,
)
from cloud.enrolment.models import GatewayCertificate, Reenrolment
from cloud.errors import (
    ConflictError,
    ForbiddenError,
    UnauthenticatedError,
    invalid_field,
)
from cloud.sites import service as sites
from cloud.sites.models import Gateway
from sync_protocol.renewal_proof import renewal_statement

CHALLENGE_LIFE: Final = timedelta(minutes=5)
DUE_AFTER: Final = 1 / 3
"""The part of its life that a certificate must have behind it; gateways ask at a half."""
_CHALLENGE_LABEL: Final = b"tornello/renewal-challenge"


@dataclass(frozen=True, slots=True)
class RenewalRequest:
    """What a gateway sends; `signature` is over `renewal_statement` with the key of its present certificate."""

    gateway_id: str
    certificate_pem: str
    challenge: str
    csr_pem: str
    signature: bytes


def new_challenge(secret: bytes, now: datetime) -> str:
    """A challenge that this service knows again for five minutes without keeping it."""
    body = f"{int(now.timestamp())}.{secrets.token_hex(16)}"
    return f"{body}.{_challenge_mac(secret, body)}"


def renew(
    session: UnitOfWork, authority: OnlineAuthority, request: RenewalRequest, *, secret: bytes, network_address: str
) -> GatewayCertificate | Reenrolment:
    """The next certificate of a gateway, or the request that waits for staff because the present one has expired.

    Raises:
        UnauthenticatedError: challenge, certificate or signature do not hold. A certificate is believed because this
            authority has signed it, so that one from after the database's backup still counts.
        ForbiddenError: the certificate is revoked, the gateway out of service, or staff have refused.
        InvalidError: the certificate request is not acceptable, or not for a new key.
        ConflictError: it is too early.
        TooManyRequestsError: the gateway has asked with another key just now.
    """
    check_challenge(secret, request.challenge, session.now)
    leaf = issued_leaf(authority, request.gateway_id, request.certificate_pem)
    _check_proof(leaf, request)
    # One at a time: two would both get a certificate, and one of a gateway that is withdrawn meanwhile would stay good.
    gateway = sites.lock_gateway(session, request.gateway_id)
    if gateway is None:
        raise UnauthenticatedError("certificate_unknown", "No such gateway is known here.")
    present = certificates.find(session, serial_number(leaf)) or take_in(session, gateway, leaf)
    new_key = _new_key(present, request.csr_pem)
    check_in_service(gateway, present)
    successor = certificates.find_successor(session, present)
    if successor is not None and successor.public_key_hash == public_key_hash(new_key):
        return successor
    if present.not_after <= session.now:
        return reenrolment.ask(session, present, request.csr_pem, public_key_hash(new_key), network_address)
    _check_due(session, present, successor)
    renewed = certificates.issue(session, authority, gateway, new_key)
    audit.record(
        session,
        Actor("gateway", gateway.id),
        "certificate.renew",
        entity=("gateway", gateway.id),
        before={"serial": present.serial},
        after={"serial": renewed.serial, "not_after": renewed.not_after.isoformat()},
    )
    return renewed


def check_challenge(secret: bytes, challenge: str, now: datetime) -> None:
    """Raises UnauthenticatedError: the challenge is not one of ours, or older than five minutes."""
    body, _, mac = challenge.rpartition(".")
    is_ours = hmac.compare_digest(_challenge_mac(secret, body).encode(), mac.encode(errors="replace"))
    if not is_ours:
        raise UnauthenticatedError("challenge_unknown", "This challenge was not given out here.")
    given_at = datetime.fromtimestamp(int(body.partition(".")[0]), UTC)
    if not given_at - CHALLENGE_LIFE <= now <= given_at + CHALLENGE_LIFE:
        raise UnauthenticatedError("challenge_expired", "The challenge has expired; ask for a new one.")


def _challenge_mac(secret: bytes, body: str) -> str:
    key = hmac.digest(secret, _CHALLENGE_LABEL, hashlib.sha256)
    return hmac.new(key, body.encode(errors="replace"), hashlib.sha256).hexdigest()


def issued_leaf(authority: OnlineAuthority, gateway_id: str, certificate_pem: str) -> x509.Certificate:
    """Raises UnauthenticatedError: the certificate is not one that this authority has given to the gateway."""
    try:
        leaf = x509.load_pem_x509_certificate(certificate_pem.encode())
        is_this_gateway_s = leaf.subject == gateway_subject(gateway_id)
    except (ValueError, x509.InvalidVersion) as error:
        raise UnauthenticatedError("certificate_unknown", "This is not a certificate of a gateway.") from error
    if not (is_this_gateway_s and authority.has_issued(leaf)):
        raise UnauthenticatedError("certificate_unknown", "No such certificate was issued to this gateway.")
    return leaf


def take_in(session: UnitOfWork, gateway: Gateway, leaf: x509.Certificate) -> GatewayCertificate:
    """Keep a certificate of ours that is not in the tables: the database was restored from before it was issued.

    It is as old as it says: an early one that is shown again must not put an end to those after it.
    """
    issued_at = leaf.not_valid_before_utc + BACKDATED
    taken_in = certificates.keep(session, gateway.id, to_pem(leaf), issued_at=issued_at)
    actor = Actor("gateway", gateway.id)
    after = {"serial": taken_in.serial}
    audit.record(session, actor, "certificate.take_in", entity=("gateway", gateway.id), after=after)
    return taken_in


def _check_proof(leaf: x509.Certificate, request: RenewalRequest) -> None:
    def statement() -> bytes:
        return renewal_statement(
            gateway_id=request.gateway_id,
            serial=serial_number(leaf),
            challenge=request.challenge,
            csr_pem=request.csr_pem,
        )

    check_proof(leaf, request.signature, statement)


def check_proof(leaf: x509.Certificate, signature: bytes, statement: Callable[[], bytes]) -> None:
    """Raises UnauthenticatedError: the statement cannot be made, or is not signed with the certificate's key."""
    public_key = leaf.public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey), "the authority signs nothing else"
    try:
        public_key.verify(signature, statement(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise UnauthenticatedError("proof_wrong", "The request is not signed with the certificate's key.") from error


def _new_key(present: GatewayCertificate, csr_pem: str) -> ec.EllipticCurvePublicKey:
    try:
        public_key = read_request(csr_pem)
    except CertificateRequestRefusedError as error:
        raise invalid_field("csr_pem", "csr_refused", f"The certificate request is refused: {error}.") from error
    if public_key_hash(public_key) == present.public_key_hash:
        raise invalid_field("csr_pem", "key_not_new", "A new certificate needs a new key.")
    return public_key


def check_in_service(gateway: Gateway, present: GatewayCertificate) -> None:
    """Raises ForbiddenError: the gateway is out of service, or its certificate revoked."""
    if gateway.retired_at is not None:
        raise ForbiddenError("gateway_retired", "This gateway is out of service; enrol it with a new token.")
    if present.revoked_at is not None:
        raise ForbiddenError("certificate_revoked", "This certificate is revoked.")


def _check_due(session: UnitOfWork, present: GatewayCertificate, unused: GatewayCertificate | None) -> None:
    due_at = present.not_before + (present.not_after - present.not_before) * DUE_AFTER
    if session.now < due_at:
        raise ConflictError("renewal_not_due", f"This certificate may be renewed from {due_at:%Y-%m-%d %H:%M} UTC on.")
    if unused is not None:
        certificates.check_pace(session.now, unused.issued_at)
