"""A folder in memory where there is one: a simulation syncs files by the thousand, and means none of it."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")


@contextlib.contextmanager
def memory_folder() -> Iterator[Path]:
    """A new folder, gone at the end."""
    place = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="tornello-", dir=place) as folder:
        yield Path(folder)
