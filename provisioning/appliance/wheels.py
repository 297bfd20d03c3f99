"""The pinned wheels of the gateway for a device of another kind than this machine: fetched, checked, never compiled.

A device's oldest distribution is Debian 12 (glibc 2.36); what it and its successors have as Python is in `PYTHONS`.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

Architecture = Literal["amd64", "arm64"]
MACHINES: Final[dict[Architecture, str]] = {"amd64": "x86_64", "arm64": "aarch64"}
PYTHONS: Final = ("3.11", "3.12", "3.13")
"""Debian 12 and Raspberry Pi OS Bookworm, Ubuntu 24.04, Debian 13 and Raspberry Pi OS Trixie."""
GLIBC_MINORS: Final = range(17, 37)
"""glibc 2.17, the oldest that wheels are made for, to Debian 12's 2.36."""
_GLIBC_TAG: Final = re.compile(r"manylinux_2_(\d+)_")


class PackagingError(Exception):
    """The package cannot be built here; the text says why."""


def fetch_wheels(requirements: Path, architecture: Architecture, cache: Path) -> Path:
    """The folder with the wheels of every pin, for each of `PYTHONS`; filled once for the same pins.

    Raises:
        PackagingError: a pin has no wheel for this kind of device, or the package index cannot be reached.
    """
    wanted = hashlib.sha256(requirements.read_bytes() + " ".join(PYTHONS).encode()).hexdigest()
    folder = cache / architecture
    stamp = folder / ".pins"
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for python in PYTHONS:
        _download(requirements, MACHINES[architecture], python, folder)
    stamp.write_text(wanted)
    return folder


def _download(requirements: Path, machine: str, python: str, folder: Path) -> None:
    tags = [f"manylinux_2_{minor}_{machine}" for minor in reversed(GLIBC_MINORS)] + [f"manylinux2014_{machine}"]
    target = [f"--platform={tag}" for tag in tags] + ["--implementation=cp", f"--python-version={python}"]
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--dest", str(folder)]
    command = [sys.executable, "-m", "pip", "download", *options, *target, "--requirement", str(requirements)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise PackagingError(f"wheels for {machine}, Python {python}: {done.stderr.strip()[-500:]}")


def build_project_wheel(source: Path, folder: Path, epoch: int) -> Path:
    """The project's own wheel; the same source and `epoch` (seconds of Unix time) give the same bytes.

    Raises:
        PackagingError: the build failed.
    """
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    command = [sys.executable, "-m", "pip", "wheel", *options, str(source)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise PackagingError(f"the project's wheel: {done.stderr.strip()[-500:]}")
    (wheel,) = folder.glob("tornello-*.whl")
    return wheel


def oldest_glibc(wheels: Iterable[str]) -> int:
    """The minor version of glibc 2 that all of these files can do with."""
    minima = (min(map(int, tags)) for name in wheels if (tags := _GLIBC_TAG.findall(name)))
    return max(minima, default=min(GLIBC_MINORS))
