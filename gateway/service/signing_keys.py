"""Whose signatures this gateway believes: keys change by the word of the old one, or of the cloud itself over HTTPS.

A gateway that was away while the site's key was changed hears only signatures that it does not know; then it asks the
cloud, by its certificate. Anybody on the broker can make it hear such, so it asks seldom, and ever more seldom.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.service.certificate_ports import DeskUnreachableError, RenewalDeniedError
from gateway.service.ports import Clock
from sync_protocol.messages import SigningKeys
from sync_protocol.signing import key_id_of

logger = logging.getLogger(__name__)

FIRST_DELAY_S: Final = 60.0
DELAY_MAX_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Key id to raw public key; of two rings the one with the higher serial holds."""

    serial: int
    keys: Mapping[str, bytes]


class KeptKeys(Protocol):
    """The ring on disk."""

    @property
    def ring(self) -> KeyRing: ...

    async def keep(self, ring: KeyRing) -> None:
        """Return when it is durable.

        Raises:
            OSError: it cannot be stored.
        """
        ...


class SigningKeyDesk(Protocol):
    """Where the cloud tells its keys."""

    async def obtain(self) -> KeyRing:
        """Ask for the keys of now.

        Raises:
            DeskUnreachableError, RenewalDeniedError: see each.
        """
        ...


class SigningKeyKeeping:
    """`believe` lets the link go by a ring from now on; without a `desk` the cloud cannot be asked."""

    def __init__(
        self,
        kept: KeptKeys,
        desk: SigningKeyDesk | None,
        clock: Clock,
        *,
        believe: Callable[[Mapping[str, bytes]], None],
        random: Callable[[], float],
    ) -> None:
        self._kept = kept
        self._desk = desk
        self._clock = clock
        self._believe = believe
        self._random = random
        self._is_wanted = asyncio.Event()
        self._delay_s = FIRST_DELAY_S
        self._not_before = float("-inf")

    @property
    def serial(self) -> int:
        """Of the keys that are believed."""
        return self._kept.ring.serial

    @property
    def wait_s(self) -> float:
        """How long until the cloud may be asked again."""
        return max(0.0, self._not_before - self._clock.monotonic())

    async def handle(self, announced: SigningKeys) -> None:
        """Believe what the cloud has announced, if it is news."""
        if announced.serial > self.serial:
            await self._adopt(KeyRing(announced.serial, {key_id_of(key): key for key in announced.keys}))

    def note_unknown_key(self) -> None:
        """A message was signed with a key that is not believed."""
        self._is_wanted.set()

    async def run(self) -> None:
        """Ask the cloud when a signature is unknown, until cancelled."""
        while True:
            await self._is_wanted.wait()
            await asyncio.sleep(self.wait_s)
            self._is_wanted.clear()
            await self.ask()

    async def ask(self) -> None:
        """Ask the cloud for its keys; what it says counts more than any announcement."""
        self._not_before = self._clock.monotonic() + self._delay_s * (1 + self._random()) / 2
        self._delay_s = min(DELAY_MAX_S, self._delay_s * 2)
        if self._desk is None:
            logger.error("the site's signing key is unknown, and so is the cloud's address: enrol this gateway again")
            return
        try:
            ring = await self._desk.obtain()
        except (DeskUnreachableError, RenewalDeniedError) as error:
            logger.warning("the site's signing keys cannot be fetched: %s", error)
            return
        if ring != self._kept.ring:
            self._delay_s = FIRST_DELAY_S
            await self._adopt(ring)

    async def _adopt(self, ring: KeyRing) -> None:
        try:
            await self._kept.keep(ring)
        except OSError as error:
            logger.error("the site's new signing keys cannot be stored: %s", error)  # noqa: TRY400 - said in full
            return
        self._believe(ring.keys)
        logger.info("the site's signing keys are now %s (serial %d)", ", ".join(sorted(ring.keys)), ring.serial)
