"""The gateway's keys and certificates on disk: the pair in use, and the next one until it is proven.

    key.pem       certificate.pem         in use
    next-key.pem  next-certificate.pem    the candidate

Each step is one rename, and a crash between any two leaves one whole pair: the candidate's key moves first, and a
candidate's certificate that fits the key in use is what is left of an interrupted promotion.
"""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from gateway.durable_files import move_durably, write_private
from gateway.identity import AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE
from gateway.key_provider import KeyProvider, KeyUnusableError, fingerprint_of
from gateway.service.certificate_ports import CertificateFacts
from mqtt_client.tls import TlsFiles
from sync_protocol.up_seal import Speaker

NEXT_KEY_FILE: Final = "next-key.pem"
NEXT_CERTIFICATE_FILE: Final = "next-certificate.pem"

logger = logging.getLogger(__name__)


class CertificateUnusableError(Exception):
    """What came is not a certificate for the candidate's key."""


@dataclass(frozen=True, slots=True)
class _Pair:
    facts: CertificateFacts
    speaker: Speaker


class PairsOnDisk:
    """Implements the port `CertificatePairs`; made when the gateway starts, it finishes what was interrupted."""

    def __init__(self, folder: Path, keys: KeyProvider) -> None:
        self._keys = keys
        self._authority = folder / AUTHORITY_FILE
        self._key, self._certificate = folder / KEY_FILE, folder / CERTIFICATE_FILE
        self._next_key, self._next_certificate = folder / NEXT_KEY_FILE, folder / NEXT_CERTIFICATE_FILE
        self._recover()
        self._next_fingerprint = ""
        self._current = self._pair(self._key, self._certificate)
        self._candidate = self._pair(self._next_key, self._next_certificate)

    @property
    def current(self) -> CertificateFacts | None:
        return self._current.facts if self._current is not None else None

    @property
    def candidate(self) -> CertificateFacts | None:
        return self._candidate.facts if self._candidate is not None else None

    @property
    def next_fingerprint(self) -> str:
        return self._next_fingerprint

    @property
    def current_files(self) -> TlsFiles:
        """What TLS loads to show the pair in use."""
        return TlsFiles(self._authority, self._certificate, self._key, self._keys.passphrase)

    @property
    def candidate_files(self) -> TlsFiles:
        """What TLS loads to show the candidate."""
        return TlsFiles(self._authority, self._next_certificate, self._next_key, self._keys.passphrase)

    @property
    def certificate_pem(self) -> str:
        """The certificate in use, and the intermediate's.

        Raises:
            OSError: the file cannot be read.
        """
        return self._certificate.read_text(errors="replace")

    @property
    def authority_pem(self) -> str:
        """Whom this gateway trusts.

        Raises:
            OSError: the file cannot be read.
        """
        return self._authority.read_text(errors="replace")

    def request_next(self) -> str:
        """A certificate request for the candidate's key, which is made when there is none; the same until promoted.

        Raises:
            OSError: the key cannot be stored.
        """
        try:
            public_key = self._keys.public_key(self._next_key)
        except KeyUnusableError:
            self._keys.create(self._next_key)
            public_key = self._keys.public_key(self._next_key)
        self._next_fingerprint = fingerprint_of(public_key)
        return self._keys.signing_request(self._next_key)

    def sign(self, message: bytes) -> bytes:
        """Sign with the key in use.

        Raises:
            KeyUnusableError: it is not there.
        """
        return self._keys.signer(self._key)(message)

    def speaker(self, serial: str) -> Speaker | None:
        """What signs as the holder of this certificate (serial in hex), of the pair in use or the candidate."""
        for pair in (self._current, self._candidate):
            if pair is not None and pair.facts.serial == serial:
                return pair.speaker
        return None

    def receive(self, certificate_pem: str) -> None:
        """Store the certificate for the candidate's key.

        Raises:
            CertificateUnusableError: it is none, or for another key.
            OSError: it cannot be stored.
        """
        try:
            leaf = x509.load_pem_x509_certificates(certificate_pem.encode())[0]
        except (ValueError, IndexError) as error:
            raise CertificateUnusableError("the cloud's answer holds no certificate") from error
        if leaf.public_key() != self._keys.public_key(self._next_key):
            raise CertificateUnusableError("the cloud's answer holds a certificate for another key")
        write_private(self._next_certificate, certificate_pem.encode())
        self._candidate = self._pair(self._next_key, self._next_certificate)

    async def promote(self) -> None:
        await asyncio.to_thread(self._promote)

    async def discard(self) -> None:
        self._candidate = None
        await asyncio.to_thread(self._discard)

    def _promote(self) -> None:
        assert self._candidate is not None, "there is a candidate to promote"
        if self._next_key.exists():  # a disk that failed in between is asked again
            move_durably(self._next_key, self._key)
        move_durably(self._next_certificate, self._certificate)
        self._current, self._candidate = self._candidate, None

    def _discard(self) -> None:
        for path in (self._next_certificate, self._next_key):
            path.unlink(missing_ok=True)

    def _recover(self) -> None:
        if self._next_certificate.exists() and self._pair(self._next_key, self._next_certificate) is None:
            if self._pair(self._key, self._next_certificate) is not None:
                logger.warning("the new certificate is put in its place, which a power cut had prevented")
                move_durably(self._next_certificate, self._certificate)
            else:
                self._next_certificate.unlink()

    def _pair(self, key: Path, certificate: Path) -> _Pair | None:
        """A pair that is whole: both files are there, and belong together."""
        try:
            leaf = x509.load_pem_x509_certificate(certificate.read_bytes())
            if leaf.public_key() != self._keys.public_key(key):
                return None
            sign = self._keys.signer(key)
        except (OSError, ValueError, KeyUnusableError):
            return None
        facts = CertificateFacts(
            serial=f"{leaf.serial_number:x}",
            not_before_s=int(leaf.not_valid_before_utc.timestamp()),
            not_after_s=int(leaf.not_valid_after_utc.timestamp()),
        )
        return _Pair(facts, Speaker(facts.serial, leaf.public_bytes(serialization.Encoding.DER), sign))
