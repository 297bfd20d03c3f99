"""Folders in memory where the machine has room for them: tests sync files by the thousand, and mean none of it."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_IN_MEMORY: Final = Path("/dev/shm")
_FREE_BYTES_MIN: Final = 4 * 2**30


def memory_root() -> Path | None:
    """Where such folders may be made; None where memory is short."""
    if not os.access(_IN_MEMORY, os.W_OK) or shutil.disk_usage(_IN_MEMORY).free < _FREE_BYTES_MIN:
        return None
    return _IN_MEMORY


@contextlib.contextmanager
def memory_folder() -> Iterator[Path]:
    """A new folder, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="tornello-", dir=memory_root()) as folder:
        yield Path(folder)
