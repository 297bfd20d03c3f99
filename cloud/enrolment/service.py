"""Claim tokens, and the exchange of a token and a certificate request for a certificate.

A token is 128 random bits, kept only as a hash, good for one gateway at one lane within 24 hours. It is consumed in the
transaction that signs. The same device (the same public key) may repeat its request while the token lives, and gets
the same certificate: the answer may have been lost with the power.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.enrolment import certificates
from cloud.enrolment.authority import (
    FINGERPRINT_DIGITS,
    CertificateRequestRefusedError,
    OnlineAuthority,
    gateway_profile,
    public_key_hash,
    read_request,
    serial_of,
)
from cloud.enrolment.models import ClaimToken
from cloud.enrolment.schemas import EnrolmentGrant
from cloud.errors import ConflictError, GoneError, UnauthenticatedError, invalid_field
from cloud.kit.ids import new_id
from cloud.settings import Settings
from cloud.sites import service as sites
from cloud.sites import signing_keys

TOKEN_LIFE: Final = timedelta(hours=24)
_PREFIX: Final = "tc1"
_SECRET_BYTES: Final = 16
_SECRET_CHARACTERS: Final = 26


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown, once."""

    text: str
    lane_id: str
    expires_at: datetime


def create_claim_token(session: UnitOfWork, actor: Actor, lane_id: str, authority: OnlineAuthority) -> NewToken:
    """Allow one gateway to be enrolled at a lane.

    Raises:
        NotFoundError: there is no such lane.
    """
    lane = sites.get_lane(session, lane_id)
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().lower().rstrip("=")
    text = f"{_PREFIX}.{secret}.{authority.fingerprint}"
    token = ClaimToken(
        id=new_id("clt"),
        token_hash=_hash(text),
        site_id=lane.site_id,
        lane_id=lane.id,
        created_by=actor.id,
        created_at=session.now,
        expires_at=session.now + TOKEN_LIFE,
    )
    session.add(token)
    session.flush()
    audit.record(session, actor, "claim_token.create", entity=("claim_token", token.id), after={"lane_id": lane.id})
    return NewToken(text, lane.id, token.expires_at)


def enrol(
    session: UnitOfWork, settings: Settings, authority: OnlineAuthority, *, token_text: str, csr_pem: str
) -> EnrolmentGrant:
    """Exchange a token for a certificate.

    Raises:
        UnauthenticatedError: the token is not known.
        GoneError: its 24 hours are over.
        InvalidError: the certificate request is not acceptable; the token stays good.
        ConflictError: another key has used the token.
    """
    token = _find_token(session, token_text)
    if token.expires_at <= session.now:
        raise GoneError("claim_token_expired", "The claim token has expired; ask for a new one.")
    try:
        public_key = read_request(csr_pem)
    except CertificateRequestRefusedError as error:
        raise invalid_field("csr_pem", "csr_refused", f"The certificate request is refused: {error}.") from error
    key_hash = public_key_hash(public_key)
    if token.used_public_key_hash is None:
        gateway_id = new_id("gwy")
        profile = gateway_profile(token.site_id, gateway_id)
        _consume(session, token, gateway_id, key_hash, authority.issue(public_key, profile, session.now))
    elif token.used_public_key_hash != key_hash:
        raise ConflictError("claim_token_used", "The claim token has been used already, by another device.")
    return _grant(session, token, settings, authority)


def _find_token(session: UnitOfWork, text: str) -> ClaimToken:
    query = select(ClaimToken).where(ClaimToken.token_hash == _hash(text)).with_for_update()
    token = session.scalar(query) if _is_well_formed(text) else None
    if token is None:
        raise UnauthenticatedError("claim_token_unknown", "The claim token is not known here; check every character.")
    return token


def _consume(session: UnitOfWork, token: ClaimToken, gateway_id: str, key_hash: str, certificate_pem: str) -> None:
    previous = sites.lock_gateway_of_lane(session, token.lane_id)
    actor = Actor("gateway", gateway_id)
    sites.add_gateway(session, sites.get_lane(session, token.lane_id), gateway_id, serial_of(certificate_pem))
    certificates.keep(session, gateway_id, certificate_pem, issued_at=session.now)
    if previous is not None:
        certificates.revoke_all(session, previous.id, "replaced", actor)
    token.used_at = session.now
    token.used_public_key_hash = key_hash
    token.gateway_id = gateway_id
    token.certificate_pem = certificate_pem
    session.flush()
    audit.record(
        session,
        actor,
        "gateway.enrol",
        entity=("gateway", gateway_id),
        after={"lane_id": token.lane_id, "claim_token": token.id, "serial": serial_of(certificate_pem)},
    )


def _grant(session: UnitOfWork, token: ClaimToken, settings: Settings, authority: OnlineAuthority) -> EnrolmentGrant:
    assert token.gateway_id is not None, "the token has been consumed"
    assert token.certificate_pem is not None, "the token has been consumed"
    site = sites.get_site(session, token.site_id)
    keys = signing_keys.announcement(site, settings.secret)
    return EnrolmentGrant(
        gateway_id=token.gateway_id,
        site_id=site.id,
        lane_id=token.lane_id,
        lane_name=sites.get_lane(session, token.lane_id).name,
        site_name=site.name,
        time_zone=site.time_zone,
        certificate_pem=token.certificate_pem,
        authority_pem=authority.bundle_pem,
        broker_host=settings.public_broker.host,
        broker_port=settings.public_broker.port,
        signing_keys=dict(signing_keys.in_hex(keys)),
        signing_keys_serial=keys.serial,
        credential_key=site.credential_key.hex(),
    )


def _is_well_formed(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 3 and [len(part) for part in parts] == [len(_PREFIX), _SECRET_CHARACTERS, FINGERPRINT_DIGITS]


def _hash(text: str) -> str:
    """The secret has 128 random bits, so that a plain hash is as good as a slow one."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
