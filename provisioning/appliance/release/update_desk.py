"""The two folders in which the gateway and root meet over an update, each written by one of them alone.

    /var/lib/tornello-gateway/update/   the gateway's: `request.json` and `package.deb`
    /opt/tornello-gateway/update/       root's: `outcome.json`, which the gateway reads, and the copy of the package

Whoever has the gateway's folder may put links and pipes into it: no link is followed there, and only plain files of a
bounded size are read.
"""

import errno
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Final

from provisioning.appliance.release.folder import write_whole
from provisioning.appliance.release.update import Outcome, Request
from sync_protocol.software_release import SoftwareRelease

FOLDER: Final = "update"
REQUEST: Final = "request.json"
PACKAGE: Final = "package.deb"
OUTCOME: Final = "outcome.json"
REQUEST_BYTES_MAX: Final = 4096
_CHUNK: Final = 1024 * 1024
_NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_COMMAND_ID: Final = re.compile(r"\w{1,64}", re.ASCII)


class UpdateDesk:
    """`state` is the gateway's folder, `releases` root's."""

    def __init__(self, state: Path, releases: Path) -> None:
        self._state = state
        self._own = releases / FOLDER

    def read_request(self) -> Request | None:
        """The wish; None also for one that makes no sense."""
        try:
            with self._theirs() as folder, _plain_file(folder, REQUEST) as file:
                content = file.read(REQUEST_BYTES_MAX + 1)
        except OSError:
            return None
        try:
            fields = json.loads(content) if len(content) <= REQUEST_BYTES_MAX else None
        except (ValueError, RecursionError):
            return None
        if not isinstance(fields, dict):
            return None
        command_id, release = fields.get("command_id"), fields.get("release")
        if not isinstance(command_id, str) or not isinstance(release, str) or not _COMMAND_ID.fullmatch(command_id):
            return None
        return Request(command_id, release)

    def read_outcome(self) -> Outcome | None:
        """The last that was told; None for what cannot be read."""
        try:
            return Outcome(**json.loads((self._own / OUTCOME).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def tell(self, outcome: Outcome) -> None:
        """Whole or not at all, and durable."""
        self._own.mkdir(parents=True, exist_ok=True)
        write_whole(self._own / OUTCOME, json.dumps(asdict(outcome)))

    def copy_package(self, release: SoftwareRelease) -> Path | None:
        """The package where only root writes, if it has the size and the digest that the release names.

        Raises:
            OSError: there is no room for it.
        """
        copy = self._own / PACKAGE
        copy.unlink(missing_ok=True)
        digest, left = hashlib.sha256(), release.size
        try:
            with self._theirs() as folder, _plain_file(folder, PACKAGE) as file, copy.open("xb") as target:
                while left > 0 and (chunk := file.read(min(_CHUNK, left))):
                    target.write(chunk)
                    digest.update(chunk)
                    left -= len(chunk)
                is_longer = bool(file.read(1))
        except OSError as error:
            copy.unlink(missing_ok=True)
            if error.errno in _NO_ROOM:
                raise  # or staff would be told that somebody has changed the package
            return None
        if left or is_longer or digest.hexdigest() != release.sha256:
            copy.unlink()
            return None
        return copy

    def clear(self) -> None:
        """Take wish and package away; the wish last, since it is what this program is started by."""
        with suppress(FileNotFoundError), self._theirs() as folder:
            for name in (PACKAGE, REQUEST):
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)

    @contextmanager
    def _theirs(self) -> Iterator[int]:
        """The gateway's folder itself, and not what a link in its place leads to."""
        state = os.open(self._state, os.O_RDONLY | os.O_DIRECTORY)
        try:
            folder = os.open(FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=state)
        finally:
            os.close(state)
        try:
            yield folder
        finally:
            os.close(folder)


@contextmanager
def _plain_file(folder: int, name: str) -> Iterator[BinaryIO]:
    """A file in the folder, opened; OSError for a link, a pipe, or a device."""
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{name} is no plain file")
        yield file
