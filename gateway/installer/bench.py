"""The port that the installer's work needs: readers on a line, and what they say. Its adapter is OsdpBench."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from firmware_protocol.osdp import commands, events
from firmware_protocol.osdp.reader_settings import ReaderSettings


class ReaderBench(Protocol):
    """An open line with some readers."""

    def send(self, address: int, command: commands.Command) -> None:
        """Queue a command; CommandCompleted or CommandFailed tells its end."""
        ...

    def scan(self, addresses: Iterable[int]) -> None:
        """Look for devices: ReaderFound for each, then ScanFinished."""
        ...

    def leave_alone(self, address: int) -> None:
        """Ask a reader nothing more."""
        ...

    async def next_event(self, timeout_s: float) -> events.Event | None:
        """What happened next, or None when nothing did in time."""
        ...


OpenBench = Callable[[int, Sequence[ReaderSettings]], AbstractAsyncContextManager[ReaderBench]]
"""Opens the line at a baud with these readers."""

Tell = Callable[[str], None]
"""Takes a line about the progress."""


class InstallerError(Exception):
    """What the installer wanted did not come about; the text says what to do."""


class InstallerRefusedError(InstallerError):
    """It would do harm as things are, and was not begun."""


class NoAnswerError(InstallerError):
    """Nobody answers on the line."""
