"""The online half of the site's certificate authority: an intermediate key that signs what it decides itself.

A request for a certificate (CSR, RFC 2986) proves that the sender holds the key, and nothing else of it is believed:
subject and names are written here. Everything is EC P-256 with SHA-256. Source: RFC 5280.
"""

import hashlib
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ROOT_FILE: Final = "root.pem"
INTERMEDIATE_FILE: Final = "intermediate.pem"
INTERMEDIATE_KEY_FILE: Final = "intermediate-key.pem"
GATEWAY_LIFE: Final = timedelta(days=90)
BACKDATED: Final = timedelta(hours=1)
"""A certificate begins a little earlier, for devices whose clock is behind."""
FINGERPRINT_DIGITS: Final = 32
_CSR_CHARACTERS_MAX = 8192
_COMMON_NAME_CHARACTERS_MAX: Final = 64
_HOST_CHARACTERS_MAX: Final = 253
_HOST_NAME: Final = re.compile(
    r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_CLIENT_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class AuthorityUnusableError(Exception):
    """The folder does not hold a usable online authority; the message says which file and what to do."""


class CertificateRequestRefusedError(Exception):
    """The certificate request cannot be accepted; the message says why."""


@dataclass(frozen=True, slots=True)
class LeafProfile:
    """What a certificate says about its holder."""

    common_name: str
    names: tuple[x509.GeneralName, ...]
    usage: x509.ObjectIdentifier
    life: timedelta


def gateway_profile(site_id: str, gateway_id: str) -> LeafProfile:
    """A gateway: the common name is what the broker's access list goes by, the URI says where it belongs."""
    uri = x509.UniformResourceIdentifier(f"urn:tornello:site:{site_id}:gateway:{gateway_id}")
    return LeafProfile(gateway_id, (uri,), ExtendedKeyUsageOID.CLIENT_AUTH, GATEWAY_LIFE)


def client_profile(common_name: str, life: timedelta) -> LeafProfile:
    """A client of the broker that is not a gateway: the cloud.

    Raises:
        ValueError: the name is not 1 to 64 letters, digits, dots, hyphens.
    """
    if not _CLIENT_NAME.fullmatch(common_name):
        raise ValueError(f"{common_name!r} is not a client's name: 1 to 64 of the characters a-z A-Z 0-9 . _ -")
    uri = x509.UniformResourceIdentifier(f"urn:tornello:client:{common_name}")
    return LeafProfile(common_name, (uri,), ExtendedKeyUsageOID.CLIENT_AUTH, life)


def server_profile(host_names: Sequence[str], addresses: Sequence[str], life: timedelta) -> LeafProfile:
    """A server that is reached by these names and IP addresses.

    Raises:
        ValueError: neither a name nor an address, or one that is none.
    """
    for name in host_names:
        if len(name) > _HOST_CHARACTERS_MAX or not _HOST_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a host name (write other scripts in their xn-- form)")
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in host_names]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in addresses]
    if not names:
        raise ValueError("a server certificate needs at least one name or address")
    first = [*host_names, *addresses][0]
    return LeafProfile(first[:_COMMON_NAME_CHARACTERS_MAX], tuple(names), ExtendedKeyUsageOID.SERVER_AUTH, life)


class OnlineAuthority:
    """Signs leaf certificates with the intermediate key."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, intermediate: x509.Certificate, root: x509.Certificate) -> None:
        self._key = key
        self._intermediate = intermediate
        self.root = root

    @classmethod
    def load(cls, directory: Path) -> "OnlineAuthority":
        """Read the root's certificate and the intermediate's certificate and key from a folder.

        Raises:
            AuthorityUnusableError: a file is missing, unreadable or does not fit the others.
        """
        root = _read_certificate(directory / ROOT_FILE)
        intermediate = _read_certificate(directory / INTERMEDIATE_FILE)
        key = _read_key(directory / INTERMEDIATE_KEY_FILE)
        if intermediate.public_key() != key.public_key():
            raise AuthorityUnusableError(f"{directory}: the intermediate's key does not fit its certificate")
        try:
            intermediate.verify_directly_issued_by(root)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise AuthorityUnusableError(f"{directory}: the root did not sign the intermediate") from error
        return cls(key, intermediate, root)

    @property
    def fingerprint(self) -> str:
        """What a device pins before it trusts: 32 hex digits of the SHA-256 of the root's DER."""
        digest = hashlib.sha256(self.root.public_bytes(serialization.Encoding.DER)).hexdigest()
        return digest[:FINGERPRINT_DIGITS]

    @property
    def bundle_pem(self) -> str:
        """The root, then the intermediate."""
        return to_pem(self.root) + to_pem(self._intermediate)

    def issue(self, public_key: ec.EllipticCurvePublicKey, profile: LeafProfile, now: datetime) -> str:
        """Sign a certificate for a public key; the answer is PEM: the leaf, then the intermediate."""
        authority_key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, profile.common_name)]))
            .issuer_name(self._intermediate.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BACKDATED)
            .not_valid_after(min(now + profile.life, self._intermediate.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(key_usage(is_authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([profile.usage]), critical=False)
            .add_extension(x509.SubjectAlternativeName(profile.names), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(authority_key_id, critical=False)
        )
        return to_pem(builder.sign(self._key, hashes.SHA256())) + to_pem(self._intermediate)

    def has_issued(self, certificate: x509.Certificate) -> bool:
        """Whether this authority has signed the certificate."""
        try:
            certificate.verify_directly_issued_by(self._intermediate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def sign_revocation_list(self, revoked: Mapping[str, datetime], *, begins_at: datetime, life: timedelta) -> bytes:
        """A list (RFC 5280, section 5) in PEM of revoked serials, in hex, and since when; it lives for `life`.

        Its number is the second at which it begins: a later list has a greater one.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._intermediate.subject)
            .last_update(begins_at)
            .next_update(begins_at + life)
            .add_extension(x509.CRLNumber(int(begins_at.timestamp())), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        for serial, since in sorted(revoked.items()):
            entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(since).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def read_request(csr_pem: str) -> ec.EllipticCurvePublicKey:
    """The public key of a certificate request whose sender holds the private key.

    Raises:
        CertificateRequestRefusedError: not a request, not EC P-256, or the proof of possession does not hold.
    """
    if len(csr_pem) > _CSR_CHARACTERS_MAX:
        raise CertificateRequestRefusedError("the certificate request is too long")
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode())
        is_proven = request.is_signature_valid
        public_key = request.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateRequestRefusedError("not a PEM certificate request (PKCS #10)") from error
    if not isinstance(public_key, ec.EllipticCurvePublicKey) or not isinstance(public_key.curve, ec.SECP256R1):
        raise CertificateRequestRefusedError("the key must be EC P-256")
    if not is_proven:
        raise CertificateRequestRefusedError("the request is not signed by its own key")
    return public_key


def public_key_hash(public_key: ec.EllipticCurvePublicKey) -> str:
    """SHA-256 of the public key's SubjectPublicKeyInfo, in hex."""
    encoded = public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(encoded).hexdigest()


def serial_number(certificate: x509.Certificate) -> str:
    """The serial number in hex."""
    return f"{certificate.serial_number:x}"


def serial_of(certificate_pem: str) -> str:
    """The serial number of the first certificate in a PEM text, in hex."""
    return serial_number(x509.load_pem_x509_certificate(certificate_pem.encode()))


def gateway_subject(gateway_id: str) -> x509.Name:
    """How a gateway's certificate names its holder."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, gateway_id)])


def server_names(certificate: Path) -> tuple[str, ...]:
    """The host names and addresses that a server's certificate bears; none where they cannot be read."""
    try:
        extensions = x509.load_pem_x509_certificate(certificate.read_bytes()).extensions
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return ()
    return (*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress)))


def key_usage(*, is_authority: bool) -> x509.KeyUsage:
    """Signing certificates and revocation lists for an authority, digital signatures for everyone else."""
    return x509.KeyUsage(
        digital_signature=not is_authority,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def to_pem(certificate: x509.Certificate) -> str:
    """The certificate as PEM text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _read_certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise AuthorityUnusableError(
            f"{path}: {error.strerror}; make an authority with `tornello-provision authority create`"
        ) from error
    except ValueError as error:
        raise AuthorityUnusableError(f"{path}: not a PEM certificate") from error


def _read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise AuthorityUnusableError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise AuthorityUnusableError(f"{path}: not an unencrypted PEM private key") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise AuthorityUnusableError(f"{path}: the key must be EC P-256")
    return key
