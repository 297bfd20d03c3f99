"""Who holds the gateway's private key, and what it can do with it: an interface, and keys in files.

A key is named by the path of a file, which TLS loads through OpenSSL. In the simplest case the file is the key; it may
be the key sealed with a passphrase; and it may be a mere reference to a key inside a chip, where OpenSSL has a provider
for it. Decision record 0011 says what each protects against.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.durable_files import write_private

PASSPHRASE_CREDENTIAL: Final = "identity-passphrase"  # noqa: S105 - its name
"""The systemd credential whose content seals the keys of this gateway, where it is given."""


class KeyUnusableError(Exception):
    """The key cannot be used; the text says why."""


class KeyProvider(Protocol):
    """Makes EC P-256 keys and signs with them; calls may take a while and touch the disk."""

    @property
    def passphrase(self) -> bytes | None:
        """What TLS needs to open the files, if anything."""
        ...

    def create(self, path: Path) -> None:
        """Make a new key, durable under this path."""
        ...

    def public_key(self, path: Path) -> ec.EllipticCurvePublicKey:
        """The public half.

        Raises:
            KeyUnusableError: there is no key, or none that can be used.
        """
        ...

    def signing_request(self, path: Path) -> str:
        """A certificate request (PKCS #10, PEM), signed by the key; raises as `public_key`."""
        ...

    def signer(self, path: Path) -> Callable[[bytes], bytes]:
        """What signs with this key, quickly and without the disk (ECDSA, SHA-256, DER); raises as `public_key`."""
        ...


class FileKeys:
    """Keys in files of mode 0600, sealed with `passphrase` if there is one (PKCS #8, PBES2)."""

    def __init__(self, passphrase: bytes | None = None) -> None:
        self._passphrase = passphrase

    @property
    def passphrase(self) -> bytes | None:
        return self._passphrase

    def create(self, path: Path) -> None:
        self._write(path, ec.generate_private_key(ec.SECP256R1()))

    def public_key(self, path: Path) -> ec.EllipticCurvePublicKey:
        return self._load(path).public_key()

    def signing_request(self, path: Path) -> str:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tornello-gateway")])  # the authority decides
        request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(self._load(path), hashes.SHA256())
        return request.public_bytes(serialization.Encoding.PEM).decode()

    def signer(self, path: Path) -> Callable[[bytes], bytes]:
        key, algorithm = self._load(path), ec.ECDSA(hashes.SHA256())
        return lambda message: key.sign(message, algorithm)

    def seal(self, path: Path) -> bool:
        """Seal a key that was made before there was a passphrase; True if that was done.

        Raises:
            KeyUnusableError: as `public_key`.
        """
        if self._passphrase is None or b"BEGIN ENCRYPTED" in _read(path):
            return False
        self._write(path, self._load(path))
        return True

    def _write(self, path: Path, key: ec.EllipticCurvePrivateKey) -> None:
        sealing: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if self._passphrase is not None:
            sealing = serialization.BestAvailableEncryption(self._passphrase)
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)
        write_private(path, pem)

    def _load(self, path: Path) -> ec.EllipticCurvePrivateKey:
        pem = _read(path)
        passphrase = self._passphrase if b"BEGIN ENCRYPTED" in pem else None
        try:
            key = serialization.load_pem_private_key(pem, password=passphrase)
        except TypeError as error:
            raise KeyUnusableError(f"{path} is sealed, and the passphrase is not at hand") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise KeyUnusableError(f"{path} is damaged, or sealed with another passphrase") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyUnusableError(f"{path} is not an EC key")
        return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyUnusableError(f"{path}: {error.strerror}") from error


def file_keys(environment: Mapping[str, str]) -> FileKeys:
    """Keys in files, sealed if systemd gives this service the credential `identity-passphrase`.

    Raises:
        KeyUnusableError: the credential is there, and cannot be read or is empty.
    """
    folder = environment.get("CREDENTIALS_DIRECTORY")
    path = Path(folder or os.devnull) / PASSPHRASE_CREDENTIAL
    if not folder or not path.exists():
        return FileKeys()
    passphrase = _read(path).strip()
    if not passphrase:
        raise KeyUnusableError(f"{path} is empty")
    return FileKeys(passphrase)


def fingerprint_of(public_key: ec.EllipticCurvePublicKey) -> str:
    """SHA-256 of the public key (SubjectPublicKeyInfo), in hex, as staff see it when they decide."""
    encoded = public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(encoded).hexdigest()
