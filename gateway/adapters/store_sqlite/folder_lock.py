"""One gateway a state directory: a lock of the kernel, gone with the process however it ends.

SQLite would refuse a second process too, but only after trying for many seconds.
"""

import fcntl
import os
from pathlib import Path

from gateway.service.ports import StoreBusyError


class FolderLock:
    """Held from `acquire` to `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, folder: Path) -> "FolderLock":
        """Take the lock at once or not at all.

        Raises:
            StoreBusyError: another process holds it, or the folder is not writable.
        """
        path = folder / "gateway.lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreBusyError(f"{path} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise StoreBusyError(f"another gateway runs on {folder}: stop it first") from error
        return cls(descriptor)

    def release(self) -> None:
        """Let the next one in; the file stays."""
        os.close(self._descriptor)
