"""The folder that holds the releases: which is in force, which was before, which is on trial, which was refused.

    versions/0.1.0-3fa94c12/   a release: a virtual environment, complete when it holds `complete`
    current, previous          links to two of them; the switch is one rename
    trial.json                 the release in force has yet to prove itself
    refused.json               what was turned away lately, and why

Every step leaves a folder from which the gateway starts, also after a power cut between any two.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

REFUSALS_MAX: Final = 10
_COMPLETE: Final = "complete"


@dataclass(frozen=True, slots=True)
class Trial:
    """`watches` were begun so far; a machine that never finishes one is caught by their number."""

    release: str
    watches: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A release that was turned away; `at` is UTC in ISO 8601."""

    release: str
    reason: str
    at: str


class NoWayBackError(Exception):
    """There is no previous release."""


class ReleaseFolder:
    """All changes are made under `locked()`, by root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._versions = root / "versions"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time changes the folder."""
        self._versions.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            yield

    @property
    def current(self) -> str | None:
        """The release in force."""
        return self._target("current")

    @property
    def previous(self) -> str | None:
        """The release that was in force before; never the same as `current`."""
        name = self._target("previous")
        return None if name == self.current else name

    @property
    def trial(self) -> Trial | None:
        """The trial of the release in force; one of another release is over."""
        found = self._read("trial.json")
        trial = Trial(str(found["release"]), int(found["watches"])) if isinstance(found, dict) else None
        return trial if trial is not None and trial.release == self.current else None

    @property
    def refusals(self) -> list[Refusal]:
        """The latest ones, oldest first."""
        found = self._read("refused.json")
        return [Refusal(**entry) for entry in found] if isinstance(found, list) else []

    @property
    def releases(self) -> list[str]:
        """The complete ones, by name."""
        found = self._versions.glob(f"*/{_COMPLETE}")
        return sorted(mark.parent.name for mark in found)

    def path(self, release: str) -> Path:
        """Where the release lies, or would."""
        return self._versions / release

    def begin(self, release: str) -> Path:
        """An empty folder for it; what an interrupted attempt left is cleared away."""
        path = self.path(release)
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def mark_complete(self, release: str) -> None:
        """From now on the release may be in force; its files reach the disk first."""
        os.sync()
        write_whole(self.path(release) / _COMPLETE, "")

    def is_complete(self, release: str) -> bool:
        """Whether nothing of the release is missing."""
        return (self.path(release) / _COMPLETE).exists()

    def switch(self, release: str) -> None:
        """Bring a complete release in force, on trial if there is one to go back to: the last that stood its own."""
        current = self.current
        if current is not None and current != release:
            if self.trial is None:
                self._link("previous", current)
            write_whole(self.root / "trial.json", json.dumps(asdict(Trial(release))))
        self._link("current", release)

    def begin_watch(self) -> int:
        """Count one more watch of the trial; the number is the watch's own, from 1."""
        trial = self.trial
        assert trial is not None
        write_whole(self.root / "trial.json", json.dumps(asdict(Trial(trial.release, trial.watches + 1))))
        return trial.watches + 1

    def forget_watch(self) -> None:
        """The watch was broken off by a person, and says nothing about the release."""
        trial = self.trial
        if trial is not None:
            write_whole(self.root / "trial.json", json.dumps(asdict(Trial(trial.release, trial.watches - 1))))

    def confirm(self) -> None:
        """The release in force has proved itself."""
        (self.root / "trial.json").unlink(missing_ok=True)

    def roll_back(self) -> str:
        """Bring the previous release in force, without a trial; gives its name.

        Raises:
            NoWayBackError: there is none.
        """
        previous = self.previous
        if previous is None or not self.is_complete(previous):
            raise NoWayBackError("there is no previous release to go back to")
        self._link("current", previous)
        self.confirm()
        return previous

    def refuse(self, release: str, reason: str, at: str) -> None:
        """Note that it was turned away, and remove it unless it is in force or the way back."""
        kept = [*self.refusals, Refusal(release, reason, at)][-REFUSALS_MAX:]
        write_whole(self.root / "refused.json", json.dumps([asdict(entry) for entry in kept], indent=1))
        if release not in {self.current, self.previous}:
            shutil.rmtree(self.path(release), ignore_errors=True)

    def prune(self) -> list[str]:
        """Remove every release but the one in force and the previous one; gives what went."""
        kept = {self.current, self.previous}
        gone = [path.name for path in sorted(self._versions.iterdir()) if path.name not in kept]
        for name in gone:
            # Unmarked first: half a release must never look whole.
            (self.path(name) / _COMPLETE).unlink(missing_ok=True)
            shutil.rmtree(self.path(name), ignore_errors=True)
        return gone

    def _target(self, link: str) -> str | None:
        try:
            return (self.root / link).readlink().name
        except OSError:
            return None

    def _link(self, link: str, release: str) -> None:
        new = self.root / f".{link}.new"
        new.unlink(missing_ok=True)
        new.symlink_to(Path("versions") / release)
        new.replace(self.root / link)
        _sync(self.root)

    def _read(self, name: str) -> Any:
        """None for what is not there or cannot be read: it never stands in the way of a start."""
        try:
            return json.loads((self.root / name).read_text("utf-8"))
        except (OSError, ValueError):
            return None


def write_whole(path: Path, content: str) -> None:
    """Write a file whole or not at all, and durable."""
    new = path.with_name(f".{path.name}.new")
    with new.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make the names in it durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
