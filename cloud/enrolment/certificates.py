"""The certificates of the gateways: issued, in use, superseded by the next one, or revoked.

A gateway may hold two for a while: the one that it uses, and the next one, which it tries. As soon as it was seen with
the next one, the one before is revoked, and so is everything when the gateway leaves.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.enrolment.authority import OnlineAuthority, gateway_profile, public_key_hash, serial_number
from cloud.enrolment.models import GatewayCertificate
from cloud.errors import ConflictError, TooManyRequestsError, not_found
from cloud.sites import service as sites
from cloud.sites.models import Gateway

REVOCATIONS_TOPIC: Final = "revocations"
ANOTHER_KEY_AFTER: Final = timedelta(minutes=10)
"""How long a gateway has to stay with the new key that it has asked for."""
RevocationReason = Literal["superseded", "replaced", "withdrawn"]


def issue(
    session: UnitOfWork, authority: OnlineAuthority, gateway: Gateway, public_key: ec.EllipticCurvePublicKey
) -> GatewayCertificate:
    """Sign a certificate for a gateway and keep it."""
    pem = authority.issue(public_key, gateway_profile(gateway.site_id, gateway.id), session.now)
    return keep(session, gateway.id, pem, issued_at=session.now)


def keep(session: UnitOfWork, gateway_id: str, certificate_pem: str, *, issued_at: datetime) -> GatewayCertificate:
    """Note a certificate that was signed for a gateway."""
    leaf = x509.load_pem_x509_certificate(certificate_pem.encode())
    public_key = leaf.public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey), "the authority signs nothing else"
    certificate = GatewayCertificate(
        serial=serial_number(leaf),
        gateway_id=gateway_id,
        public_key_hash=public_key_hash(public_key),
        certificate_pem=certificate_pem,
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        issued_at=issued_at,
    )
    session.add(certificate)
    session.flush()
    return certificate


def check_pace(now: datetime, other_key_since: datetime) -> None:
    """Refuse another key too soon after the one before: a gateway keeps the key that it has asked for.

    Raises:
        TooManyRequestsError: ten minutes are not over yet.
    """
    wait = other_key_since + ANOTHER_KEY_AFTER - now
    if wait > timedelta(0):
        raise TooManyRequestsError(
            "another_key_just_now",
            "A certificate for another key was asked for just now.",
            retry_after_s=int(wait.total_seconds()) + 1,
        )


def find(session: UnitOfWork, serial: str) -> GatewayCertificate | None:
    """The certificate with this serial number (hex), locked until the end of the transaction, or None."""
    query = select(GatewayCertificate).where(GatewayCertificate.serial == serial).with_for_update()
    return session.scalar(query)


def list_of(session: UnitOfWork, gateway_id: str) -> Sequence[GatewayCertificate]:
    """All that a gateway ever got, the newest first."""
    query = select(GatewayCertificate).where(GatewayCertificate.gateway_id == gateway_id)
    return session.scalars(query.order_by(GatewayCertificate.issued_at.desc(), GatewayCertificate.serial)).all()


def find_present(session: UnitOfWork, gateway: Gateway) -> GatewayCertificate | None:
    """The certificate that a gateway uses, as far as is known."""
    return session.get(GatewayCertificate, gateway.certificate_serial)


def find_successor(session: UnitOfWork, certificate: GatewayCertificate) -> GatewayCertificate | None:
    """The newest certificate of the same gateway that is good and has not been used yet."""
    query = select(GatewayCertificate).where(
        GatewayCertificate.gateway_id == certificate.gateway_id,
        GatewayCertificate.serial != certificate.serial,
        GatewayCertificate.in_use_since.is_(None),
        GatewayCertificate.revoked_at.is_(None),
        GatewayCertificate.not_after > session.now,
    )
    return session.scalars(query.order_by(GatewayCertificate.issued_at.desc())).first()


def note_in_use(session: UnitOfWork, gateway: Gateway, serial: str) -> None:
    """The gateway is connected and says with which certificate: those before it are not needed any more."""
    certificate = session.get(GatewayCertificate, serial)
    is_news = (
        certificate is not None
        and certificate.gateway_id == gateway.id
        and certificate.revoked_at is None
        and certificate.in_use_since is None
    )
    if certificate is None or not is_news:
        return
    certificate.in_use_since = session.now
    gateway.certificate_serial = serial
    actor = Actor("gateway", gateway.id)
    for other in list_of(session, gateway.id):
        is_earlier = other.serial != serial and other.issued_at <= certificate.issued_at
        if is_earlier and other.revoked_at is None:
            _revoke(session, other, "superseded", actor)
    audit.record(session, actor, "certificate.use", entity=("gateway", gateway.id), after={"serial": serial})


def revoke_all(session: UnitOfWork, gateway_id: str, reason: RevocationReason, actor: Actor) -> None:
    """Revoke whatever a gateway holds."""
    for certificate in list_of(session, gateway_id):
        if certificate.revoked_at is None:
            _revoke(session, certificate, reason, actor)


def withdraw_gateway(session: UnitOfWork, actor: Actor, gateway_id: str, why: str) -> Gateway:
    """Take a gateway out of service, for good: nothing is taken from it, and its certificates are revoked.

    Raises:
        NotFoundError: there is no such gateway.
        ConflictError: it is out of service already.
    """
    gateway = sites.lock_gateway(session, gateway_id)
    if gateway is None:
        raise not_found("gateway", gateway_id)
    if gateway.retired_at is not None:
        raise ConflictError("gateway_retired", "This gateway is out of service already.")
    sites.retire_gateway(session, gateway)
    revoke_all(session, gateway_id, "withdrawn", actor)
    after = {"lane_id": gateway.lane_id, "why": why}
    audit.record(session, actor, "gateway.withdraw", entity=("gateway", gateway_id), after=after)
    return gateway


def revoked_serials(session: UnitOfWork) -> dict[str, datetime]:
    """What a revocation list has to name: revoked and not expired, with the moment of the revocation."""
    query = select(GatewayCertificate.serial, GatewayCertificate.revoked_at).where(
        GatewayCertificate.revoked_at.is_not(None), GatewayCertificate.not_after > session.now
    )
    return {serial: revoked_at for serial, revoked_at in session.execute(query) if revoked_at is not None}


def _revoke(session: UnitOfWork, certificate: GatewayCertificate, reason: RevocationReason, actor: Actor) -> None:
    certificate.revoked_at = session.now
    certificate.revoked_reason = reason
    certificate.revoked_by = actor.id
    session.flush()
    session.wake_after_commit(REVOCATIONS_TOPIC)
