"""What sharing passages with the other gateways of the site asks of the outside: memory, seal and links."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.domain.passage_ledger import LedgerEntry
from sync_protocol.sibling_messages import SharedPassage
from sync_protocol.topics import SideTopic


@dataclass(frozen=True, slots=True)
class SiblingMark:
    """The passages of this epoch of a sibling are known up to `known_seq`; heard last at `heard_at` (UTC seconds)."""

    gateway_id: str
    epoch: str
    known_seq: int
    heard_at: int


class SiblingStore(Protocol):
    """This gateway's own passages as siblings may ask for them, and what is known of theirs, over restarts."""

    @property
    def epoch(self) -> str:
        """Under which the own passages are numbered."""
        ...

    @property
    def newest_seq(self) -> int:
        """The number of the newest own passage that is durable, -1 for none."""
        ...

    def passages_behind(self, after_seq: int, limit: int) -> Sequence[SharedPassage]:
        """The oldest durable own passages behind `after_seq`, at most `limit`."""
        ...

    async def wait_for_passage(self, after_seq: int) -> None:
        """Return when there is a durable own passage behind `after_seq`, or another epoch has begun."""
        ...

    def known_seq(self, gateway_id: str, epoch: str) -> int:
        """Up to where a sibling's passages are known, -1 for none."""
        ...

    def take(self, mark: SiblingMark, entries: Sequence[LedgerEntry]) -> None:
        """Move people as a sibling has seen them move, and remember up to where; durable within one group commit."""
        ...


class KnownMembers(Protocol):
    """Whom the state in force knows."""

    def role_of(self, member_id: str) -> str:
        """The role of the member ("member", "staff", ...); empty for one who is not in the state."""
        ...


class SiblingSeal(Protocol):
    """Signs for this gateway, and verifies what others have signed."""

    async def seal(self, topic: SideTopic, payload: bytes) -> bytes:
        """Sign a payload for one sibling.

        Raises:
            SealUnusableError: this gateway's key or certificate cannot be used.
        """
        ...

    def open(self, topic: SideTopic, data: bytes) -> bytes:
        """The payload, if the sender has signed it.

        Raises:
            SyncProtocolError: it has not.
        """
        ...


class SealUnusableError(Exception):
    """The gateway's key or certificate cannot be used to sign."""


class SideLink(Protocol):
    """A way to the siblings, over the cloud's broker or over the site's own."""

    @property
    def is_connected(self) -> bool: ...

    async def publish_side(self, topic: SideTopic, data: bytes) -> None:
        """Send to one sibling.

        Raises:
            LinkDownError: it may or may not have been sent.
        """
        ...


class SideListener(Protocol):
    """Whoever is told what the links bring."""

    def handle_side_connected(self) -> None:
        """A link has just come up."""
        ...

    def handle_side_message(self, topic: str, data: bytes) -> None:
        """A broker has brought this; nothing about it is known to be true."""
        ...
