"""What a gateway tells its siblings is signed with the key of its certificate, over topic and payload.

The certificate travels with the message, and names site and gateway (`urn:tornello:site:{site}:gateway:{gateway}`). So
a receiver that trusts the site's authority needs neither the cloud nor a broker to know who speaks. The envelope is
MessagePack `[1, certificates, signature, payload]`, ECDSA P-256 with SHA-256, certificates in DER with the leaf first.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from sync_protocol.errors import DECODE_FAULTS, MalformedMessageError, SignatureInvalidError
from sync_protocol.topics import SideTopic

_CONTEXT: Final = b"tornello side 1\x00"
SEALED_BYTES_MAX: Final = 64 * 1024
CERTIFICATES_MAX: Final = 4
KNOWN_MAX: Final = 64
"""So many certificates are remembered as good; beyond that the oldest is verified again."""
_CERTIFICATE_FAULTS: Final = (
    ValueError,
    VerificationError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""All that foreign certificates make the library raise; its own errors have no common family."""


class _Sealed(msgspec.Struct, array_like=True):
    version: int
    certificates: tuple[bytes, ...]
    signature: bytes
    payload: bytes


_decoder = msgspec.msgpack.Decoder(_Sealed)


def chain_of(certificate_pem: str) -> tuple[bytes, ...]:
    """The certificates of a PEM file in DER, the leaf first.

    Raises:
        ValueError: there is none.
    """
    loaded = x509.load_pem_x509_certificates(certificate_pem.encode())
    return tuple(one.public_bytes(serialization.Encoding.DER) for one in loaded[:CERTIFICATES_MAX])


def seal(topic: str, payload: bytes, *, certificates: Sequence[bytes], sign: Callable[[bytes], bytes]) -> bytes:
    """Wrap a payload for this topic; `sign` uses the key of the first certificate."""
    signature = sign(_signed_bytes(topic, payload))
    return msgspec.msgpack.encode(_Sealed(1, tuple(certificates), signature, payload))


@dataclass(frozen=True, slots=True)
class _Good:
    key: ec.EllipticCurvePublicKey
    name: str
    until: datetime


class SiblingVerifier:
    """Believes gateways whose certificate the site's authority has signed, each for itself alone."""

    def __init__(self, authority_pem: str) -> None:
        self._store = Store(x509.load_pem_x509_certificates(authority_pem.encode()))
        self._known: dict[bytes, _Good] = {}

    def open(self, topic: SideTopic, data: bytes, now: datetime) -> bytes:
        """The payload, if the sender whom the topic names has signed it for this topic.

        Raises:
            MalformedMessageError: not a sealed envelope.
            SignatureInvalidError: the certificate is not of the authority, of another gateway or site, or out of date,
                or the signature does not hold.
        """
        if len(data) > SEALED_BYTES_MAX:
            raise MalformedMessageError(f"a sealed message of {len(data)} bytes exceeds 64 KiB")
        try:
            sealed = _decoder.decode(data)
        except DECODE_FAULTS as error:
            raise MalformedMessageError(f"not a sealed message: {error}") from error
        if sealed.version != 1 or not 1 <= len(sealed.certificates) <= CERTIFICATES_MAX:
            raise MalformedMessageError("not a sealed message of this version")
        good = self._good(sealed.certificates, now)
        if good.name != f"urn:tornello:site:{topic.site_id}:gateway:{topic.sender_id}":
            raise SignatureInvalidError(f"the certificate is of {good.name[:160]}, not of {topic.sender_id}")
        try:
            good.key.verify(sealed.signature, _signed_bytes(str(topic), sealed.payload), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise SignatureInvalidError(f"the signature does not hold for {topic}") from error
        return sealed.payload

    def _good(self, certificates: Sequence[bytes], now: datetime) -> _Good:
        fingerprint = hashlib.sha256(certificates[0]).digest()
        known = self._known.get(fingerprint)
        if known is None or now > known.until:
            known = self._verify(certificates, now)
            while len(self._known) >= KNOWN_MAX:
                del self._known[next(iter(self._known))]
            self._known[fingerprint] = known
        return known

    def _verify(self, certificates: Sequence[bytes], now: datetime) -> _Good:
        try:
            leaf, *others = [x509.load_der_x509_certificate(one) for one in certificates]
            verifier = PolicyBuilder().store(self._store).time(now).build_client_verifier()
            subjects = verifier.verify(leaf, others).subjects or []
            key = leaf.public_key()
        except _CERTIFICATE_FAULTS as error:
            raise SignatureInvalidError(f"this site's authority does not vouch for the certificate: {error}") from error
        names = [one.value for one in subjects if isinstance(one, x509.UniformResourceIdentifier)]
        if not isinstance(key, ec.EllipticCurvePublicKey) or len(names) != 1:
            raise SignatureInvalidError("the certificate is not one of a gateway")
        return _Good(key, names[0], leaf.not_valid_after_utc)


def _signed_bytes(topic: str, payload: bytes) -> bytes:
    return _CONTEXT + topic.encode() + b"\x00" + payload
