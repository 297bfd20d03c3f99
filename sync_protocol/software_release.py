"""What a release of the gateway's software says of itself: one line that is signed, and the signature, as text.

The builder writes it, the cloud reads the version out of it, the gateway and the device's root each check it for
themselves. The standard library alone: it is also part of a program that runs before anything is installed.
"""

import base64
import binascii
import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Final

FORMAT: Final = "tornello-release-1"
PACKAGE: Final = "tornello-gateway"
TEXT_CHARACTERS_MAX: Final = 1024
SIZE_MAX: Final = 256 * 1024 * 1024
"""In bytes; a package has 10 MB."""
SIGNATURE_BYTES: Final = 64
_VERSION: Final = re.compile(r"\d{1,6}(\.\d{1,6}){1,3}")
_NAME: Final = re.compile(r"[a-z0-9+.-]{1,64}")
_ARCHITECTURE: Final = re.compile(r"[a-z0-9-]{1,16}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class ReleaseTextError(ValueError):
    """This is not what a release says of itself."""


@dataclass(frozen=True, slots=True)
class SoftwareRelease:
    """A Debian package: its name, version and architecture, the SHA-256 of its file in hex, and its size in bytes."""

    package: str
    version: str
    architecture: str
    sha256: str
    size: int

    def to_manifest(self) -> bytes:
        """The one line that is signed."""
        return json.dumps({"format": FORMAT, **asdict(self)}, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class SignedRelease:
    """`signature` is Ed25519's over `manifest`, byte for byte; whether it holds is for the reader to check."""

    release: SoftwareRelease
    manifest: bytes
    signature: bytes


def write_release(manifest: bytes, signature: bytes) -> str:
    """The text that goes with a package: two lines."""
    return f"{manifest.decode()}\n{base64.b64encode(signature).decode()}\n"


def read_release(text: str) -> SignedRelease:
    """Read such a text; spaces around lines, and the kind of their ends, do not matter.

    Raises:
        ReleaseTextError: it is none.
    """
    lines = text.split()
    if len(text) > TEXT_CHARACTERS_MAX or len(lines) != 2 or not text.isascii():
        raise ReleaseTextError("a release is a line of JSON and a line with its signature")
    try:
        signature = base64.b64decode(lines[1], validate=True)
        fields = json.loads(lines[0])
    except (binascii.Error, ValueError, RecursionError) as error:
        raise ReleaseTextError(str(error)) from error
    if len(signature) != SIGNATURE_BYTES:
        raise ReleaseTextError("the signature has another length")
    return SignedRelease(_release(fields), lines[0].encode(), signature)


def version_numbers(version: str) -> tuple[int, ...]:
    """What versions are compared by; empty for what is none, which is older than every release.

    Zeros at the end do not count: 1.2 and 1.2.0 are the same.
    """
    if not _VERSION.fullmatch(version):
        return ()
    numbers = [int(part) for part in version.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        del numbers[-1]
    return tuple(numbers)


def _release(fields: Any) -> SoftwareRelease:
    if not isinstance(fields, dict) or fields.pop("format", None) != FORMAT:
        raise ReleaseTextError(f"this is not of the format {FORMAT}")
    try:
        release = SoftwareRelease(**fields)
    except TypeError as error:
        raise ReleaseTextError("a field is missing, or one too many") from error
    patterns = (_NAME, _VERSION, _ARCHITECTURE, _SHA256)
    texts = (release.package, release.version, release.architecture, release.sha256)
    if not all(type(text) is str and found.fullmatch(text) for found, text in zip(patterns, texts, strict=True)):
        raise ReleaseTextError("a field has a value that it cannot have")
    if type(release.size) is not int or not 0 < release.size <= SIZE_MAX:
        raise ReleaseTextError("the size cannot be right")
    return release
