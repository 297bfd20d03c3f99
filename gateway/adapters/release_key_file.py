"""The public half of the key that signs releases, as an installer has put it beside the configuration."""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sync_protocol.software_release import SignedRelease


class ReleaseKeyFile:
    """Implements the port `ReleaseKey`; read each time, so that a new key needs no restart."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_there(self) -> bool:
        return self._path.is_file()

    def has_signed(self, signed: SignedRelease) -> bool:
        try:
            key = load_pem_public_key(self._path.read_bytes())
            if not isinstance(key, Ed25519PublicKey):
                return False
            key.verify(signed.signature, signed.manifest)
        except (OSError, ValueError, InvalidSignature):
            return False
        return True
