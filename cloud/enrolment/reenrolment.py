"""A gateway that was away for longer than its certificate lived asks to come back, and staff decide.

The proof of its old key has been checked before; what is missing is somebody who says that the device is still where it
belongs. One request a gateway, so they are bounded; one that is not repeated for a week is forgotten.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from cloud.audit import service as audit
from cloud.audit.service import Actor
from cloud.database import UnitOfWork
from cloud.enrolment import certificates
from cloud.enrolment.authority import OnlineAuthority, read_request
from cloud.enrolment.models import GatewayCertificate, Reenrolment
from cloud.errors import ConflictError, ForbiddenError, not_found
from cloud.sites import service as sites

LAPSES_AFTER: Final = timedelta(days=7)
_ADDRESS_CHARACTERS_MAX: Final = 64


def ask(
    session: UnitOfWork, expired: GatewayCertificate, csr_pem: str, key_hash: str, network_address: str
) -> Reenrolment:
    """Put a request down, or note that it is still meant.

    Raises:
        ForbiddenError: staff have refused it, within the last week.
        TooManyRequestsError: the gateway has asked with another key just now.
    """
    request = session.get(Reenrolment, expired.gateway_id, with_for_update=True)
    if request is not None and request.asked_at + LAPSES_AFTER > session.now:
        if request.decision == "refused":
            raise ForbiddenError("reenrolment_refused", "Staff have refused to let this gateway come back.")
        if request.decision is None and request.key_hash == key_hash:
            request.asked_at = session.now
            return request
        if request.decision is None:
            certificates.check_pace(session.now, request.requested_at)
    request = session.merge(
        Reenrolment(
            gateway_id=expired.gateway_id,
            serial=expired.serial,
            key_hash=key_hash,
            csr_pem=csr_pem,
            network_address=network_address[:_ADDRESS_CHARACTERS_MAX],
            requested_at=session.now,
            asked_at=session.now,
            decision=None,
            decided_by=None,
            decided_at=None,
        )
    )
    audit.record(
        session,
        Actor("gateway", expired.gateway_id),
        "reenrolment.request",
        entity=("gateway", expired.gateway_id),
        after={"serial": expired.serial, "key": key_hash, "from": request.network_address},
    )
    session.wake_after_commit("gateways")
    return request


def list_waiting(session: UnitOfWork) -> Sequence[Reenrolment]:
    """The requests that nobody has decided, the oldest first."""
    query = select(Reenrolment).where(Reenrolment.decision.is_(None), Reenrolment.asked_at > session.now - LAPSES_AFTER)
    return session.scalars(query.order_by(Reenrolment.requested_at, Reenrolment.gateway_id)).all()


def approve(
    session: UnitOfWork, actor: Actor, authority: OnlineAuthority, gateway_id: str, *, key_hash: str
) -> GatewayCertificate:
    """Let the gateway come back: it fetches the certificate when it asks the next time.

    `key_hash` is the new key that was looked at; if another request came meanwhile, it is not that one.

    Raises:
        NotFoundError: nobody waits under this id.
        ConflictError: another request came meanwhile, or the gateway is out of service.
    """
    gateway = sites.lock_gateway(session, gateway_id)
    request = _decide(session, actor, gateway_id, key_hash, "approved")
    if gateway is None or gateway.retired_at is not None:
        raise ConflictError("gateway_retired", "This gateway is out of service; enrol it with a new token.")
    certificate = certificates.issue(session, authority, gateway, read_request(request.csr_pem))
    after = {"serial": certificate.serial, "key": key_hash}
    audit.record(session, actor, "reenrolment.approve", entity=("gateway", gateway_id), after=after)
    return certificate


def refuse(session: UnitOfWork, actor: Actor, gateway_id: str, *, key_hash: str) -> None:
    """Do not let the gateway come back; raises as `approve`."""
    _decide(session, actor, gateway_id, key_hash, "refused")
    audit.record(session, actor, "reenrolment.refuse", entity=("gateway", gateway_id), after={"key": key_hash})


def _decide(session: UnitOfWork, actor: Actor, gateway_id: str, key_hash: str, decision: str) -> Reenrolment:
    request = session.get(Reenrolment, gateway_id, with_for_update=True)
    if request is None or request.decision is not None or request.asked_at + LAPSES_AFTER <= session.now:
        raise not_found("reenrolment", gateway_id)
    if request.key_hash != key_hash:
        raise ConflictError("reenrolment_changed", "The gateway has asked again with another key; look again.")
    request.decision = decision
    request.decided_by = actor.id
    request.decided_at = session.now
    session.wake_after_commit("gateways")
    return request
