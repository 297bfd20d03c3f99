"""What the renewal of the gateway's certificate needs from outside."""

from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One certificate: its serial number in hex, and its life in UTC seconds."""

    serial: str
    not_before_s: int
    not_after_s: int


class CertificatePairs(Protocol):
    """The pairs of key and certificate on disk."""

    @property
    def current(self) -> CertificateFacts | None:
        """The pair that has worked; None when there is none that could."""
        ...

    @property
    def candidate(self) -> CertificateFacts | None:
        """The next pair, complete and not proven yet."""
        ...

    @property
    def next_fingerprint(self) -> str:
        """SHA-256 of the public key that a certificate was asked for, in hex; empty before one was."""
        ...

    async def promote(self) -> None:
        """Make the candidate the current pair; after a crash at any moment one whole pair is there."""
        ...

    async def discard(self) -> None:
        """Forget the candidate."""
        ...


class CertificateTrial(Protocol):
    """What the link has found out about the pairs."""

    @property
    def is_candidate_proven(self) -> bool:
        """The broker has let the candidate in."""
        ...

    @property
    def candidate_refusals(self) -> int:
        """How often the broker has refused the candidate's certificate."""
        ...

    @property
    def refusal(self) -> str | None:
        """Why the current pair is refused at present, as `CertificateRefusedError.reason`; None if it is not."""
        ...


class DeskUnreachableError(Exception):
    """Nobody answered, or not as the cloud would; later it may be better."""


class RenewalDeniedError(Exception):
    """The cloud says no; `code` is its stable name for the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CertificateDesk(Protocol):
    """Where the cloud gives out certificates."""

    async def obtain(self) -> Literal["granted", "waiting_for_approval"]:
        """Ask for a certificate for the next key; granted, it is the candidate.

        Raises:
            DeskUnreachableError, RenewalDeniedError: see each.
            OSError: it cannot be stored.
        """
        ...
