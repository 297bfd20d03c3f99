"""What the store does about a full disk: it keeps a file of nothing, and gives it up when space runs out.

The space that becomes free lets the gateway start, store events and settle them for a good while yet, and above all say
that its disk is full. As soon as there is room again the file is made anew.
"""

import logging
import os
import sqlite3
from pathlib import Path

logger = logging.getLogger(__name__)

RESERVE_BYTES = 8 * 1024 * 1024
_SPACE_FAULTS = ("SQLITE_FULL", "SQLITE_IOERR")


class DiskSpace:
    """`fault` says why the disk takes nothing, or not for long; None while all is well. Any one thread at a time."""

    def __init__(self, reserve: Path, *, size_bytes: int = RESERVE_BYTES) -> None:
        self._reserve = reserve
        self._size_bytes = size_bytes
        self.fault: str | None = None

    def give_way(self, error: sqlite3.OperationalError) -> bool:
        """The disk has refused something; True: there is a little room now, try once more."""
        if self.fault is None:
            self.fault = str(error)
            logger.error("the disk takes no more (%s): free some space", error)
        is_about_space = error.sqlite_errorname.startswith(_SPACE_FAULTS)
        if not is_about_space or not self._reserve.exists():
            return False
        self._reserve.unlink()
        return True

    def regain(self) -> bool:
        """Set the reserve aside, if it is not there; True: all is well (again)."""
        try:
            self._allocate()
        except OSError as error:
            if self.fault is None:
                self.fault = str(error)
                logger.error("the disk has no %d MiB to spare (%s): free some space", self._size_bytes >> 20, error)  # noqa: TRY400
            return False
        if self.fault is not None:
            self.fault = None
            logger.warning("the disk has room again")
        return True

    def _allocate(self) -> None:
        if self._reserve.exists() and self._reserve.stat().st_size == self._size_bytes:
            return
        descriptor = os.open(self._reserve, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, self._size_bytes)
        except OSError:
            self._reserve.unlink()
            raise
        finally:
            os.close(descriptor)
