"""The key of whoever builds releases: made once, kept encrypted and offline, and used to sign each package.

A device believes the public half that an installer has put there, and installs from afar only what this key has signed.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.authority import PASSPHRASE_LENGTH_MIN, ProvisioningRefusedError
from sync_protocol.software_release import PACKAGE, SIZE_MAX, SoftwareRelease, version_numbers, write_release

PRIVATE_FILE: Final = "release-key.pem"
PUBLIC_FILE: Final = "release.pub"
_TOOL_TIMEOUT_S: Final = 60.0


def create_release_key(folder: Path, passphrase: str) -> Path:
    """Make the two files of a key; gives the public one.

    Raises:
        ProvisioningRefusedError: there is one already, or the passphrase is too short.
    """
    private, public = folder / PRIVATE_FILE, folder / PUBLIC_FILE
    if private.exists() or public.exists():
        raise ProvisioningRefusedError(f"there is a release key in {folder} already: nothing was changed")
    if len(passphrase) < PASSPHRASE_LENGTH_MIN:
        raise ProvisioningRefusedError(f"the passphrase must have {PASSPHRASE_LENGTH_MIN} characters or more")
    key = Ed25519PrivateKey.generate()
    sealed = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    shown = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    folder.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)
    public.write_bytes(shown)
    return public


def sign_package(package: Path, key_file: Path, passphrase: str) -> Path:
    """Write `*.release` beside a package of the gateway; gives that file.

    Raises:
        ProvisioningRefusedError: it is none, or the key cannot be used.
    """
    release = _describe(package)
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), passphrase.encode())
    except (ValueError, TypeError) as error:
        raise ProvisioningRefusedError(f"{key_file} cannot be opened with this passphrase") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ProvisioningRefusedError(f"{key_file} is no release key")
    manifest = release.to_manifest()
    target = package.with_suffix(".release")
    target.write_text(write_release(manifest, key.sign(manifest)), "ascii")
    return target


def _describe(package: Path) -> SoftwareRelease:
    if shutil.which("dpkg-deb") is None:
        raise ProvisioningRefusedError("dpkg-deb is missing: install the Debian package dpkg")
    size = package.stat().st_size
    command = ["dpkg-deb", "--field", str(package), "Package", "Version", "Architecture"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_TOOL_TIMEOUT_S)
    fields = dict(line.partition(": ")[::2] for line in done.stdout.splitlines())
    if done.returncode != 0 or fields.get("Package") != PACKAGE or size > SIZE_MAX:
        raise ProvisioningRefusedError(f"{package} is no Debian package of the gateway")
    if not version_numbers(fields["Version"]):
        raise ProvisioningRefusedError(f"a release needs a version of two to four numbers, not {fields['Version']}")
    with package.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return SoftwareRelease(PACKAGE, fields["Version"], fields["Architecture"], digest, size)
