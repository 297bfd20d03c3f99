"""What the Debian package has laid on the device, wheels and their hashes, and how a release is made of them.

Nothing is fetched: pip, which is among the pinned wheels, installs from that folder alone and checks every hash.
"""

import hashlib
import json
import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from provisioning.appliance.release.upgrade import SourceError

USER: Final = "tornello-gateway"
BUILD_TIMEOUT_S: Final = 900.0
"""A Raspberry Pi 3 with a slow card needs one to two minutes."""
SELF_TEST_TIMEOUT_S: Final = 120.0
REASON_CHARACTERS_MAX: Final = 300
_ENVIRONMENT: Final = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}


@dataclass(frozen=True)
class PackageSource:
    """`folder` holds `version`, `requirements.txt` and `wheels/`."""

    folder: Path
    configuration: Path
    python: Path = field(default_factory=lambda: Path(sys.executable).resolve())
    """The interpreter with its minor version: the distribution may move `python3` to another one later."""

    @cached_property
    def release(self) -> str:
        """The version, and a mark of all that makes a release: another content or Python is another release."""
        content = hashlib.sha256(f"{self.python.name}\n".encode())
        content.update((self.folder / "requirements.txt").read_bytes())
        return f"{(self.folder / 'version').read_text().strip()}-{content.hexdigest()[:8]}"

    def build(self, target: Path) -> None:
        """A virtual environment with everything in it.

        Raises:
            SourceError: with pip's last words.
        """
        self._run([self.python, "-I", "-m", "venv", "--without-pip", target])
        (pip,) = (self.folder / "wheels").glob("pip-*.whl")
        options: list[str | Path] = ["--no-index", "--no-deps", "--require-hashes", "--no-cache-dir", "--quiet"]
        options += ["--find-links", self.folder / "wheels", "--requirement", self.folder / "requirements.txt"]
        # A wheel is a zip file that Python can run from; this one carries the program that installs the others.
        installer: list[str | Path] = [
            target / "bin" / "python",
            "-I",
            pip / "pip",
            "--isolated",
            "--disable-pip-version-check",
        ]
        # Compiled now, by root: the gateway's user could keep nothing there, and compile everything at each start.
        self._run([*installer, "install", "--compile", "--root-user-action=ignore", *options])

    def self_test(self, target: Path) -> str | None:
        """The release's own verdict, as the gateway's user, beside the running gateway and without any hardware."""
        program = target / "bin" / "tornello-gateway"
        command: list[str | Path] = [program, "self-test", "--after-upgrade", "--json", "--config", self.configuration]
        try:
            done = _call([*_as_user(USER), *command], SELF_TEST_TIMEOUT_S)
        except (OSError, KeyError, subprocess.TimeoutExpired) as error:
            return str(error)[:REASON_CHARACTERS_MAX]
        return None if done.returncode == 0 else _findings(done)

    def _run(self, command: Sequence[str | Path]) -> None:
        try:
            done = _call(command, BUILD_TIMEOUT_S)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SourceError(str(error)) from error
        if done.returncode != 0:
            raise SourceError(_last_words(done))


def _as_user(user: str) -> list[str]:
    """What to put before a command so that it runs as this user; nothing when it cannot be anybody else."""
    if os.geteuid() != 0:
        return []
    entry = pwd.getpwnam(user)
    numbers = [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}"]
    return ["setpriv", *numbers, "--init-groups", "--no-new-privs", "--inh-caps=-all"]


def _call(command: Sequence[str | Path], timeout_s: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout_s,
        env=_ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
    )


def _findings(done: subprocess.CompletedProcess[str]) -> str:
    """What the self-test found bad; its last words when it did not come so far as to say it."""
    try:
        checks = json.loads(done.stdout)["checks"]
        bad = [f"{check['check']}: {check['measured']}" for check in checks if check["verdict"] == "bad"]
    except (ValueError, KeyError, TypeError):
        bad = []
    return "; ".join(bad)[:REASON_CHARACTERS_MAX] or _last_words(done)


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return (lines[-1] if lines else f"exit code {done.returncode}")[:REASON_CHARACTERS_MAX]
