"""A builder of releases for tests: a release key, and packages of any bytes that it signs."""

import hashlib
import platform
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync_protocol.software_release import PACKAGE, SoftwareRelease, write_release

ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def release_of(package: bytes, version: str, architecture: str = ARCHITECTURE, name: str = PACKAGE) -> SoftwareRelease:
    return SoftwareRelease(name, version, architecture, hashlib.sha256(package).hexdigest(), len(package))


@dataclass
class Builder:
    """`key` is what releases are signed with."""

    key: Ed25519PrivateKey = field(default_factory=lambda: Ed25519PrivateKey.from_private_bytes(bytes(range(32))))

    @property
    def public_pem(self) -> bytes:
        """What devices are given."""
        return self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, release: SoftwareRelease) -> str:
        """The text that goes with the package."""
        manifest = release.to_manifest()
        return write_release(manifest, self.key.sign(manifest))
