"""Voices of gateways for tests: a key with a certificate, of files or made here, known to the cloud or not."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cloud.database import Database, UnitOfWork
from cloud.enrolment import certificates
from cloud.enrolment.authority import to_pem
from gateway.certificate_voice import CertificateVoice
from gateway.key_provider import FileKeys
from mqtt_client.tls import TlsFiles
from sync_protocol.errors import SignatureInvalidError
from sync_protocol.up_seal import Speaker, read_sealed


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


def speaker_of(tls: TlsFiles) -> Speaker:
    """The holder of these files."""
    leaf = x509.load_pem_x509_certificate(tls.certificate.read_bytes())
    return _speaker(leaf, FileKeys(tls.key_passphrase).signer(tls.key))


def voice_of(tls: TlsFiles | None) -> CertificateVoice:
    """Signs with the key of these files; without any as a gateway that nobody knows."""
    speaker = speaker_of(tls) if tls is not None else stranger()
    return CertificateVoice(lambda: speaker, wall_ms)


@cache
def stranger(number: int = 1) -> Speaker:
    """Somebody with a certificate of their own making; the same number is the same one, in all processes."""
    leaf, sign = _self_made(number)
    return _speaker(leaf, sign)


def enrol_voice(database: Database, gateway_id: str) -> CertificateVoice:
    """The voice of a gateway that the cloud knows from now on."""
    with database.transaction() as session:
        speaker = enrol_stranger(session, gateway_id)
    return CertificateVoice(lambda: speaker, wall_ms)


def enrol_stranger(session: UnitOfWork, gateway_id: str) -> Speaker:
    """Somebody whom the cloud knows as this gateway from now on; the same for the same id, in all processes."""
    number = int.from_bytes(gateway_id.encode()) % 2**120 + 1
    certificates.keep(session, gateway_id, to_pem(_self_made(number)[0]), issued_at=session.now)
    return stranger(number)


class Hearer:
    """Believes whoever has shown a certificate, as somebody would who has never heard of an authority."""

    def __init__(self) -> None:
        self._keys: dict[str, ec.EllipticCurvePublicKey] = {}

    def open(self, topic: str, data: bytes) -> bytes:
        """The payload; raises SignatureInvalidError if it is not signed as it should be."""
        sealed = read_sealed(topic, data)
        if sealed.certificate:
            key = x509.load_der_x509_certificate(sealed.certificate).public_key()
            assert isinstance(key, ec.EllipticCurvePublicKey)
            self._keys[sealed.serial] = key
        if sealed.serial not in self._keys:
            raise SignatureInvalidError("who speaks has not said Hello")
        return sealed.open(self._keys[sealed.serial])


@cache
def _self_made(number: int) -> tuple[x509.Certificate, Callable[[bytes], bytes]]:
    key, algorithm = ec.derive_private_key(number, ec.SECP256R1()), ec.ECDSA(hashes.SHA256())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody")])
    begins_at = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(number).not_valid_before(begins_at).not_valid_after(begins_at + timedelta(days=36500))
    )
    return builder.sign(key, hashes.SHA256()), lambda message: key.sign(message, algorithm)


def _speaker(leaf: x509.Certificate, sign: Callable[[bytes], bytes]) -> Speaker:
    return Speaker(f"{leaf.serial_number:x}", leaf.public_bytes(serialization.Encoding.DER), sign)
