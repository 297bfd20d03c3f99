"""Whose word counts: what a gateway signs with the key of a certificate in force, and each of its words once.

The words of a certificate have numbers that grow. The newest one heard is kept with the certificate, in the transaction
of what the word does, so that nothing is heard again whichever process hears it, and however late.
"""

from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import CursorResult, bindparam, select, update

from cloud.database import UnitOfWork
from cloud.enrolment import renewal
from cloud.enrolment.authority import OnlineAuthority, serial_number, to_pem
from cloud.enrolment.models import GatewayCertificate
from cloud.errors import UnauthenticatedError
from cloud.sites import service as sites
from sync_protocol.errors import SignatureInvalidError
from sync_protocol.up_seal import SealedUp

_CERTIFICATE: Final = GatewayCertificate.__table__.c
_IN_FORCE: Final = (
    _CERTIFICATE.serial == bindparam("its_serial"),
    _CERTIFICATE.gateway_id == bindparam("its_gateway_id"),
    _CERTIFICATE.revoked_at.is_(None),
    _CERTIFICATE.not_after > bindparam("now", type_=_CERTIFICATE.not_after.type),
)
# Made once: each message of each gateway asks for them.
_TAKE: Final = (
    update(GatewayCertificate.__table__)  # type: ignore[arg-type]
    .where(*_IN_FORCE, _CERTIFICATE.heard_number < bindparam("number"))
    .values(heard_number=bindparam("number"))
)
_NEWEST: Final = select(_CERTIFICATE.heard_number).where(*_IN_FORCE)


class NotInForceError(Exception):
    """The certificate is revoked, or has expired."""


class HeardBeforeError(Exception):
    """The word, or a later one, was heard already; `heard_number` is the newest one's."""

    def __init__(self, heard_number: int) -> None:
        super().__init__(f"its number is not above {heard_number}, which was heard already")
        self.heard_number = heard_number


def find_key(session: UnitOfWork, gateway_id: str, serial: str) -> ec.EllipticCurvePublicKey | None:
    """The key of a certificate (serial in hex) that was issued to this gateway, also if it is not in force."""
    query = select(GatewayCertificate.certificate_pem).where(
        GatewayCertificate.serial == serial, GatewayCertificate.gateway_id == gateway_id
    )
    pem = session.scalar(query)
    return None if pem is None else _key_of(x509.load_pem_x509_certificate(pem.encode()))


def vouched_certificate(authority: OnlineAuthority, gateway_id: str, sealed: SealedUp) -> x509.Certificate:
    """The certificate that a message shows: this authority has given it to the gateway, and its key has signed this.

    Raises:
        SignatureInvalidError: it shows none, or one of which that is not true.
    """
    try:
        shown = to_pem(x509.load_der_x509_certificate(sealed.certificate))
        leaf = renewal.issued_leaf(authority, gateway_id, shown)
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm, UnauthenticatedError) as error:
        raise SignatureInvalidError("signed with a certificate that was not issued to this gateway") from error
    if serial_number(leaf) != sealed.serial:
        raise SignatureInvalidError("signed with another certificate than it shows")
    sealed.open(_key_of(leaf))
    return leaf


def take_in(session: UnitOfWork, gateway_id: str, leaf: x509.Certificate) -> ec.EllipticCurvePublicKey:
    """Keep a certificate that is vouched for and was not known: the database was restored from before it was issued."""
    gateway = sites.lock_gateway(session, gateway_id)
    assert gateway is not None, "the link has looked the gateway up"
    if session.get(GatewayCertificate, serial_number(leaf)) is None:
        renewal.take_in(session, gateway, leaf)
    return _key_of(leaf)


def hear(session: UnitOfWork, gateway_id: str, serial: str, number: int) -> None:
    """Note that a word with this number, signed with this certificate's key, is being dealt with.

    Raises:
        NotInForceError: the certificate does not count any more.
        HeardBeforeError: it is not the first with this number.
    """
    wanted = {"its_serial": serial, "its_gateway_id": gateway_id, "now": session.now}
    taken: CursorResult[Any] = session.execute(_TAKE, {**wanted, "number": number})  # type: ignore[assignment]
    if taken.rowcount:
        return
    heard_number = session.scalar(_NEWEST, wanted)
    if heard_number is None:
        raise NotInForceError(f"the certificate {serial} is revoked or has expired")
    raise HeardBeforeError(heard_number)


def _key_of(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey), "the authority signs nothing else"
    return key
