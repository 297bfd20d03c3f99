"""OpenSSL and dpkg, as an update uses them: Python brings no Ed25519 of its own, and dpkg no library."""

import os
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sync_protocol.software_release import SignedRelease

INSTALL_TIMEOUT_S: Final = 1500.0
"""Making a release may take 900 s, its self-test 120 s, the restart 180 s."""
TOOL_TIMEOUT_S: Final = 60.0
_ENVIRONMENT: Final = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "DEBIAN_FRONTEND": "noninteractive",
}


class SystemTools:
    """`key` is where the release key lies: a PEM file."""

    def __init__(self, key: Path) -> None:
        self._key = key

    def architecture(self) -> str:
        """What dpkg calls this kind of device."""
        return _run(["dpkg", "--print-architecture"]).stdout.strip()

    def find_key(self) -> Path | None:
        """The key, if it is a plain file of root's that nobody else may write."""
        try:
            found = self._key.lstat()
        except OSError:
            return None
        is_roots = found.st_uid in {0, os.geteuid()} and not found.st_mode & 0o022
        return self._key if stat.S_ISREG(found.st_mode) and is_roots else None

    def is_signed(self, key: Path, signed: SignedRelease) -> bool:
        """Whether the holder of the key has signed the manifest (Ed25519, RFC 8032)."""
        with tempfile.TemporaryDirectory(prefix="tornello-release-") as folder:
            manifest, signature = Path(folder, "manifest"), Path(folder, "signature")
            manifest.write_bytes(signed.manifest)
            signature.write_bytes(signed.signature)
            options: list[str | Path] = ["-pubin", "-inkey", key, "-rawin", "-in", manifest, "-sigfile", signature]
            return _run(["openssl", "pkeyutl", "-verify", *options]).returncode == 0

    def describe(self, package: Path) -> tuple[str, str, str]:
        """Name, version and architecture by the package's own account; empty for what is no package."""
        shown = _run(["dpkg-deb", "--field", package, "Package", "Version", "Architecture"]).stdout
        fields = dict(line.partition(": ")[::2] for line in shown.splitlines())
        return fields.get("Package", ""), fields.get("Version", ""), fields.get("Architecture", "")

    def install(self, package: Path) -> str | None:
        """Let dpkg install it; its last words if it failed."""
        done = _run(["dpkg", "--install", package], timeout_s=INSTALL_TIMEOUT_S)
        print(done.stdout + done.stderr, end="", flush=True)
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        return None if done.returncode == 0 else (lines[-1] if lines else f"exit code {done.returncode}")


def _run(command: Sequence[str | Path], *, timeout_s: float = TOOL_TIMEOUT_S) -> subprocess.CompletedProcess[str]:
    words = [str(part) for part in command]
    try:
        return subprocess.run(
            words,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            env=_ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 1, "", f"{words[0]} did not end in {timeout_s:.0f} s")
