"""What an update of the software needs from outside: the wire, the folder that root looks into, the release key."""

from dataclasses import dataclass
from typing import Final, Protocol

from sync_protocol.gate_commands import CommandOutcome
from sync_protocol.software_release import SignedRelease, SoftwareRelease

Ending = tuple[CommandOutcome, str]
"""The outcome, and a stable word that says more; empty where nothing is to be said."""
DONE: Final[Ending] = ("done", "")


class CannotFetchError(Exception):
    """The package is not here; `detail` is the stable word for why."""

    def __init__(self, detail: str, reason: str) -> None:
        super().__init__(reason)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class UpdateOrder:
    """The command that an update is for, kept over the restart in its middle; `is_asked`: root was asked."""

    command_id: str
    nonce: bytes
    is_asked: bool = False


class UpdateFolder(Protocol):
    """The gateway's side of the two folders over which it meets root. All of it waits for the disk."""

    def load_order(self) -> UpdateOrder | None:
        """What an earlier run of the program has begun."""

    def save_order(self, order: UpdateOrder) -> None:
        """Durable; OSError when that fails."""

    def ask(self, order: UpdateOrder, release_text: str) -> None:
        """Let root install what was fetched; OSError when that fails."""

    def withdraw(self) -> None:
        """Root need not install anything."""

    def forget(self) -> None:
        """Nothing is under way any more."""

    def is_taken(self, command_id: str) -> bool:
        """Whether root has seen what it was asked."""

    def find_ending(self, command_id: str) -> Ending | None:
        """How it ended, as root says; None: it has not ended."""


class PackageDesk(Protocol):
    """Where packages come from."""

    async def fetch(self, url: str, release: SoftwareRelease) -> None:
        """Bring the package that the release names into the folder.

        Raises:
            CannotFetchError: it cannot be had, or is another one.
        """


class ReleaseKey(Protocol):
    """Whose releases are believed."""

    def is_there(self) -> bool: ...

    def has_signed(self, signed: SignedRelease) -> bool: ...
