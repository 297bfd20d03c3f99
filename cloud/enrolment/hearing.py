"""Whose word counts: what a gateway signs with the key of a certificate in force, and each of its words once.

The words of a certificate have numbers that grow. The newest one heard is kept with the certificate, in the transaction
of what the word does, so that nothing is heard again whichever process hears it, and however late. Batches of events
are counted apart from all else: two processes may hear them side by side, and either may be the first to commit.
"""

from collections.abc import Callable
from typing import Any, Final, Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import ColumnElement, CursorResult, Select, Update, bindparam, select, update

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
Stream = Literal["events", "rest"]


def _statements(heard: ColumnElement[int]) -> tuple[Update, Select[int]]:
    """Takes a number that is above those before it; finds the newest that was taken."""
    take = update(GatewayCertificate.__table__).where(*_IN_FORCE, heard < bindparam("number"))  # type: ignore[arg-type]
    return take.values({heard: bindparam("number")}), select(heard).where(*_IN_FORCE)


# Made once: each message of each gateway asks for them.
_STATEMENTS: Final[dict[Stream, tuple[Update, Select[int]]]] = {
    "events": _statements(_CERTIFICATE.heard_events_number),
    "rest": _statements(_CERTIFICATE.heard_number),
}


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


def vouched_certificate(
    authority: Callable[[], OnlineAuthority], gateway_id: str, sealed: SealedUp
) -> x509.Certificate:
    """The certificate that a message shows: this authority has given it to the gateway, and its key has signed this.

    `authority` is asked for last: whoever shows nonsense costs little.

    Raises:
        SignatureInvalidError: it shows none, or one of which that is not true.
        AuthorityUnusableError: as `authority` does.
    """
    not_issued = "signed with a certificate that was not issued to this gateway"
    try:
        leaf = x509.load_der_x509_certificate(sealed.certificate)
        key = leaf.public_key()
        serial = serial_number(leaf)
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise SignatureInvalidError(not_issued) from error
    if serial != sealed.serial:
        raise SignatureInvalidError("signed with another certificate than it shows")
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SignatureInvalidError(not_issued)
    sealed.open(key)
    try:
        return renewal.issued_leaf(authority(), gateway_id, to_pem(leaf))
    except UnauthenticatedError as error:
        raise SignatureInvalidError(not_issued) from error


def take_in(session: UnitOfWork, gateway_id: str, leaf: x509.Certificate) -> ec.EllipticCurvePublicKey:
    """Keep a certificate that is vouched for and was not known: the database was restored from before it was issued."""
    gateway = sites.lock_gateway(session, gateway_id)
    assert gateway is not None, "the link has looked the gateway up"
    if session.get(GatewayCertificate, serial_number(leaf)) is None:
        renewal.take_in(session, gateway, leaf)
    return _key_of(leaf)


def hear(session: UnitOfWork, gateway_id: str, serial: str, number: int, *, stream: Stream) -> None:
    """Note that a word of this stream with this number, signed with this certificate's key, is being dealt with.

    Raises:
        NotInForceError: the certificate does not count any more.
        HeardBeforeError: it is not the first with this number.
    """
    wanted = {"its_serial": serial, "its_gateway_id": gateway_id, "now": session.now}
    take, newest = _STATEMENTS[stream]
    taken: CursorResult[Any] = session.execute(take, {**wanted, "number": number})  # type: ignore[assignment]
    if taken.rowcount:
        return
    heard_number = session.scalar(newest, wanted)
    if heard_number is None:
        raise NotInForceError(f"the certificate {serial} is revoked or has expired")
    raise HeardBeforeError(heard_number)


def _key_of(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey:
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey), "the authority signs nothing else"
    return key
