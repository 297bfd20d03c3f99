"""The certificate authority of a site: a root that is kept offline, and the intermediate that works for it.

The root signs one intermediate (path length 0), its key is encrypted with a passphrase and belongs into a safe. Whoever
steals the online folder can make certificates until the intermediate is replaced, but not a new authority.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cloud.enrolment.authority import (
    BACKDATED,
    INTERMEDIATE_FILE,
    INTERMEDIATE_KEY_FILE,
    ROOT_FILE,
    LeafProfile,
    OnlineAuthority,
    client_profile,
    key_usage,
    server_profile,
    to_pem,
)

ROOT_KEY_FILE: Final = "root-key.pem"
BUNDLE_FILE: Final = "authority.pem"
REVOCATION_FILE: Final = "revoked.pem"
ROOT_LIFE: Final = timedelta(days=20 * 365)
INTERMEDIATE_LIFE: Final = timedelta(days=5 * 365)
LEAF_LIFE: Final = timedelta(days=825)
PASSPHRASE_LENGTH_MIN: Final = 12
NAME_LENGTH_MAX: Final = 50
"""Characters of an authority's name: a common name has 64 (RFC 5280), and a word is put behind it."""


class ProvisioningRefusedError(Exception):
    """What was asked for cannot or must not be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class LeafFiles:
    """Where a certificate (with its intermediate) and its key were written."""

    certificate: Path
    key: Path


def create_authority(directory: Path, name: str, passphrase: str, now: datetime) -> OnlineAuthority:
    """Make a root and an intermediate in a folder that holds none.

    Raises:
        ProvisioningRefusedError: an authority is there already, the passphrase is too short, or the name unusable.
    """
    if not (name.strip() and name.isprintable() and len(name) <= NAME_LENGTH_MAX):
        raise ProvisioningRefusedError(f"the name needs 1 to {NAME_LENGTH_MAX} printable characters")
    if len(passphrase) < PASSPHRASE_LENGTH_MIN:
        raise ProvisioningRefusedError(f"the passphrase needs at least {PASSPHRASE_LENGTH_MIN} characters")
    files = (ROOT_KEY_FILE, ROOT_FILE, INTERMEDIATE_KEY_FILE, INTERMEDIATE_FILE, BUNDLE_FILE, REVOCATION_FILE)
    _refuse_existing([directory / file for file in files])
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    root_key, intermediate_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _sign_authority(root_key, root_key, (f"{name} root", f"{name} root"), (now, ROOT_LIFE, 1))
    intermediate = _sign_authority(
        intermediate_key, root_key, (f"{name} online", f"{name} root"), (now, INTERMEDIATE_LIFE, 0)
    )
    authority = OnlineAuthority(intermediate_key, intermediate, root)
    _write_new(
        {
            directory / ROOT_KEY_FILE: _key_pem(root_key, passphrase),
            directory / INTERMEDIATE_KEY_FILE: _key_pem(intermediate_key),
            directory / ROOT_FILE: to_pem(root),
            directory / INTERMEDIATE_FILE: to_pem(intermediate),
            directory / BUNDLE_FILE: authority.bundle_pem,
            directory / REVOCATION_FILE: _empty_list(authority, now),
        }
    )
    return authority


def _empty_list(authority: OnlineAuthority, now: datetime) -> str:
    """The first list of revoked certificates, for the broker to start with.

    It lives as long as the intermediate: until the cloud takes it over nobody would renew it, and a broker with an
    expired list lets nobody in.
    """
    return authority.sign_revocation_list({}, begins_at=now - BACKDATED, life=INTERMEDIATE_LIFE).decode()


def issue_server_certificate(
    directory: Path, host_names: Sequence[str], addresses: Sequence[str], *, file_name: str, now: datetime
) -> LeafFiles:
    """Make a key and a certificate for a server, `{file_name}.pem` and `{file_name}-key.pem` in the folder.

    Raises:
        ProvisioningRefusedError: the files exist, or the names are not usable.
        AuthorityUnusableError: the folder holds no online authority.
    """
    try:
        profile = server_profile(host_names, addresses, LEAF_LIFE)
    except ValueError as error:
        raise ProvisioningRefusedError(str(error)) from error
    return _issue(directory, profile, file_name, now)


def issue_client_certificate(directory: Path, common_name: str, *, file_name: str, now: datetime) -> LeafFiles:
    """Make a key and a certificate for a client of the broker; errors as for a server."""
    try:
        profile = client_profile(common_name, LEAF_LIFE)
    except ValueError as error:
        raise ProvisioningRefusedError(str(error)) from error
    return _issue(directory, profile, file_name, now)


def _issue(directory: Path, profile: LeafProfile, file_name: str, now: datetime) -> LeafFiles:
    if not file_name or Path(file_name).name != file_name:
        raise ProvisioningRefusedError(f"{file_name!r} is not a plain file name: the files go into {directory}")
    files = LeafFiles(directory / f"{file_name}.pem", directory / f"{file_name}-key.pem")
    _refuse_existing([files.certificate, files.key])
    authority = OnlineAuthority.load(directory)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.issue(key.public_key(), profile, now)
    _write_new({files.key: _key_pem(key), files.certificate: certificate})
    return files


def _sign_authority(
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    names: tuple[str, str],
    terms: tuple[datetime, timedelta, int],
) -> x509.Certificate:
    subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in names)
    now, life, path_length = terms
    issuer_key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + life)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(key_usage(is_authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(issuer_key_id, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _key_pem(key: ec.EllipticCurvePrivateKey, passphrase: str | None = None) -> bytes:
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        encryption = serialization.BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def _write_new(files: Mapping[Path, str | bytes]) -> None:
    """Create all of the files or none. Bytes are a secret, which only its owner can read, from the first byte on."""
    created: list[Path] = []
    try:
        for path, content in files.items():
            is_secret = isinstance(content, bytes)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if is_secret else 0o644)
            created.append(path)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content if isinstance(content, bytes) else content.encode())
    except BaseException as error:
        for path in created:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(created[-1])
        raise


def _refuse_existing(paths: Sequence[Path]) -> None:
    existing = [str(path) for path in paths if path.exists()]
    if existing:
        raise ProvisioningRefusedError(f"not overwritten: {', '.join(existing)} (move the files away first)")
