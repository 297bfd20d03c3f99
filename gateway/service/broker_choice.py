"""Which broker the link tries: the one that it was moved to, and the one before when the new one does not do.

A broker does only when the cloud is heard through it; that it lets us in is not enough. An address through which the
cloud was not heard for `TRY_S` gives way to the next one, in turns, for as long as nothing is heard. A move by command
is a trial of `TRY_S`: it is kept only when the cloud was heard at the new address, so that no order can leave a gateway
alone.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

logger = logging.getLogger(__name__)

TRY_S: Final = 60.0
KEPT_MAX: Final = 2
"""The address that was moved to last, and the one before; that of the enrolment is known besides."""
MoveEnd = Literal["moved", "not_reached"]


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A host name or address, and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class BrokerChoice:
    """`addresses` are known already, the preferred one first; `keep` writes those that a move leaves (blocks).

    `now_s` gives monotonic seconds.
    """

    def __init__(
        self,
        addresses: Sequence[BrokerAddress],
        *,
        keep: Callable[[Sequence[BrokerAddress]], None],
        now_s: Callable[[], float],
    ) -> None:
        assert addresses, "a gateway is enrolled with the address of a broker"
        self._addresses = tuple(dict.fromkeys(addresses))
        self._keep = keep
        self._now_s = now_s
        self._at = 0
        self._unheard_since: float | None = None
        self._trial: BrokerAddress | None = None
        self._trial_heard = asyncio.Event()

    @property
    def current(self) -> BrokerAddress:
        """Where to connect to now."""
        return self._addresses[self._at] if self._trial is None else self._trial

    def handle_heard(self, address: BrokerAddress) -> None:
        """A message of the cloud came through this address, and its signature holds."""
        self._unheard_since = None
        if address == self._trial:
            self._trial_heard.set()

    def handle_failed(self) -> None:
        """A connection did not come about, or has ended."""
        now_s = self._now_s()
        if self._unheard_since is None:
            self._unheard_since = now_s
        elif self._trial is None and now_s - self._unheard_since >= TRY_S and len(self._addresses) > 1:
            given_up = self.current
            self._at = (self._at + 1) % len(self._addresses)
            self._unheard_since = now_s
            logger.warning("the cloud is not heard through %s; %s is tried now", given_up, self.current)

    async def move(self, address: BrokerAddress, reconnect: Callable[[str], None]) -> MoveEnd:
        """Try another address now, keep it if the cloud is heard there in time, and go back if not.

        `reconnect` gives the present connection up.
        """
        assert self._trial is None, "commands are done one after the other"
        before = self.current
        if address == before:
            return "moved"
        logger.warning("the broker is moved from %s to %s", before, address)
        self._trial_heard.clear()
        self._trial = address
        reconnect(f"the broker is moved to {address}")
        try:
            async with asyncio.timeout(TRY_S):
                await self._trial_heard.wait()
            await asyncio.to_thread(self._keep, [address, before][:KEPT_MAX])
        except TimeoutError:
            logger.warning("the cloud is not heard through %s; %s is used again", address, before)
            return "not_reached"
        except OSError as error:
            logger.warning("%s cannot be kept; %s is used again: %s", address, before, error)
            return "not_reached"
        else:
            self._addresses = tuple(dict.fromkeys((address, before, *self._addresses)))
            self._at = 0
            return "moved"
        finally:
            self._trial, self._unheard_since = None, None
            if self.current != address:
                reconnect(f"back to {self.current}")
