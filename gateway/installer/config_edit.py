"""Changes the baud of one bus in the configuration file, and nothing else in it: comments and blanks stay as they are.

Which line that is, the TOML parser says: of all edits that come into question the one is taken after which the file
means what it meant before, with another baud for this bus.
"""

import contextlib
import difflib
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from gateway.durable_files import move_durably
from gateway.installer.bench import InstallerError, InstallerRefusedError

_BAUD: Final = re.compile(r"^(\s*baud\s*=\s*)[\d_]+")
_PORT: Final = re.compile(r"^(\s*)port\s*=")


class ConfigNotEditableError(InstallerRefusedError):
    """The file cannot be changed safely; the text says why, and what to do instead."""


class BaudEdit:
    """One change of the file `path`, which must stay as it was read until the change is made.

    Raises:
        ConfigNotEditableError: the line that says the bus's baud cannot be found, or the file cannot be read.
    """

    def __init__(self, path: Path, port: str, baud: int) -> None:
        self._path = path.resolve()
        self._shown = str(path)
        try:
            self._before = self._path.read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise self._refusal(str(error)) from error
        self._baud = baud
        self._after = self._find(port, baud)

    @property
    def diff(self) -> str:
        """What changes, as `diff -u` shows it."""
        before, after = self._before.splitlines(), self._after.splitlines()
        lines = difflib.unified_diff(before, after, self._shown, self._shown, lineterm="", n=1)
        return "\n".join(lines)

    @contextlib.contextmanager
    def staged(self) -> Iterator[None]:
        """The changed file lies beside the old one, durably, while the body runs; it takes its place when the body ends
        well and is removed when it fails.

        Raises:
            ConfigNotEditableError: it cannot be written, and the body was not begun.
            InstallerError: the body ended well, and then it did not come about; the text says what is to be written.
        """
        staged = self._path.with_name(f"{self._path.name}.new")
        try:
            self._write(staged)
        except OSError as error:
            raise self._refusal(f"{error.strerror}: {staged}") from error
        try:
            yield
            self._replace(staged)
        finally:
            staged.unlink(missing_ok=True)

    def _find(self, port: str, baud: int) -> str:
        wanted = tomllib.loads(self._before)
        buses: list[dict[str, Any]] = [bus for bus in wanted.get("bus", ()) if bus.get("port") == port]
        for bus in buses:
            bus["baud"] = baud
        for candidate in _candidates(self._before, baud):
            with contextlib.suppress(tomllib.TOMLDecodeError):
                if buses and tomllib.loads(candidate) == wanted:
                    return candidate
        raise self._refusal(f"the line with the baud of {port} is not found")

    def _write(self, staged: Path) -> None:
        like = self._path.stat()
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            try:
                os.fchown(descriptor, like.st_uid, like.st_gid)
                os.fchmod(descriptor, like.st_mode & 0o7777)
                file.write(self._after.encode())
                file.flush()
                os.fsync(descriptor)
            except OSError:
                staged.unlink()
                raise

    def _replace(self, staged: Path) -> None:
        reason = "somebody else changed it meanwhile"
        with contextlib.suppress(OSError):
            if self._path.read_bytes() == self._before.encode():
                reason = "the disk does not take it"
                move_durably(staged, self._path)
                return
        left = f"the readers have moved: write `baud = {self._baud}` into it"
        raise InstallerError(f"{self._shown} was not changed ({reason}); {left}")

    def _refusal(self, reason: str) -> ConfigNotEditableError:
        return ConfigNotEditableError(f"{self._shown} cannot be changed here ({reason}); see --print-only")


def _candidates(text: str, baud: int) -> Iterator[str]:
    """The text with each baud replaced in turn, then with one added below each port."""
    lines = text.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if _BAUD.match(line):
            yield "".join((*lines[:index], _BAUD.sub(rf"\g<1>{baud}", line), *lines[index + 1 :]))
    for index, line in enumerate(lines):
        if found := _PORT.match(line):
            end = "\r\n" if line.endswith("\r\n") else "\n"
            yield "".join(
                (*lines[:index], line.rstrip("\r\n") + end, f"{found[1]}baud = {baud}{end}", *lines[index + 1 :])
            )
