"""Fetches a package over HTTPS: no larger than its release says, byte for byte what was signed, and never in the way.

What makes a package believed is its release's signature; TLS keeps to itself what is fetched. The server shows a
certificate that the system believes, or one of the site's own authority.
"""

import asyncio
import hashlib
import http.client
import os
import shutil
import ssl
import threading
import urllib.request
from pathlib import Path
from typing import BinaryIO, Final

from gateway.https_deadline import BoundedHandler, Deadline
from gateway.service.update_ports import CannotFetchError
from sync_protocol.software_release import SoftwareRelease

FETCH_MAX_S: Final = 1_200.0
SILENCE_MAX_S: Final = 8.0
"""Shorter than systemd waits for a gateway that is told to stop."""
SPACE_BESIDE_BYTES: Final = 150 * 1024 * 1024
"""For the release that is made of it, three times over."""
_CHUNK: Final = 64 * 1024


class HttpsPackageDesk:
    """Implements the port `PackageDesk`; `rooms` are folders whose disks must have space for the new release."""

    def __init__(self, target: Path, authority: Path, rooms: tuple[Path, ...]) -> None:
        self._target = target
        self._authority = authority
        self._rooms = rooms

    async def fetch(self, url: str, release: SoftwareRelease) -> None:
        stop = threading.Event()
        try:
            await asyncio.to_thread(self._fetch, url, release, stop)
        finally:
            stop.set()

    def _fetch(self, url: str, release: SoftwareRelease, stop: threading.Event) -> None:
        self._target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        wanted = 2 * release.size + SPACE_BESIDE_BYTES
        for room in self._rooms:
            if room.exists() and shutil.disk_usage(room).free < wanted:
                raise CannotFetchError("update_no_space", f"{room} has less than {wanted} bytes left")
        self._target.unlink(missing_ok=True)
        try:
            with self._target.open("xb") as file:
                digest = self._copy(url, file, release.size, stop)
                os.fsync(file.fileno())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise CannotFetchError("update_not_fetched", str(error)) from error
        if digest != release.sha256:
            self._target.unlink()
            raise CannotFetchError("update_differs", "what came is not what was signed")

    def _copy(self, url: str, file: BinaryIO, size: int, stop: threading.Event) -> str:
        """The digest of at most `size` + 1 bytes."""
        context = ssl.create_default_context()
        context.load_verify_locations(self._authority)
        deadline, digest, count = Deadline(FETCH_MAX_S, silence_s=SILENCE_MAX_S, stop=stop), hashlib.sha256(), 0
        with secure_opener(context, deadline).open(url) as answer:
            while count <= size and (chunk := answer.read1(min(_CHUNK, size + 1 - count))):
                file.write(chunk)
                digest.update(chunk)
                count += len(chunk)
        return digest.hexdigest()


def secure_opener(context: ssl.SSLContext, deadline: Deadline) -> urllib.request.OpenerDirector:
    """Follows where servers of releases send one on, but knows nothing except https; all of it by one deadline."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        BoundedHandler(context, deadline),
        urllib.request.ProxyHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener
