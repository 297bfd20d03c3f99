"""A file that is complete and on the disk, or not there at all."""

import os
from pathlib import Path


def put_in_place(made: Path, path: Path) -> None:
    """Give a complete file its name, in the place of an older one; a power cut leaves one of the two."""
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
