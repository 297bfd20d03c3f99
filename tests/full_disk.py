"""Disks that are really full: by the kernel's limit on the size of files, or a file system of a few megabytes."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def no_file_grows_beyond(size_bytes: int) -> Iterator[None]:
    """The kernel refuses this process every write behind `size_bytes` of any file."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


@contextlib.contextmanager
def small_file_system(mount_point: Path, size_mib: int) -> Iterator[Path]:
    """A file system of its own; only root may have one."""
    mount_point.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_mib}m,mode=700", "tmpfs", str(mount_point)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root with CAP_SYS_ADMIN may mount a file system")
    try:
        yield mount_point
    finally:
        subprocess.run(["umount", "--lazy", str(mount_point)], check=True)


def fill(folder: Path) -> Path:
    """Leave not one byte free; the file that took them."""
    path = folder / "everything"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for block in (1 << 20, 4096):
            with contextlib.suppress(OSError):
                while True:
                    os.write(descriptor, bytes(block))
    finally:
        os.close(descriptor)
    return path
