"""What everybody saw, in the words of the laws: the world tells, each law listens to what concerns it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.domain.access_point import Direction
from sync_protocol.journal_events import EventBody


@dataclass(frozen=True, slots=True)
class Order:
    """Somebody wants a lane opened once from afar, until so many seconds after the beginning."""

    by: str
    gateway: str
    lane_id: str
    direction: Direction
    expires_s: float


class Witness:
    """The empty one: a law replaces what it wants to see. `gateway` is a gateway's id."""

    def tap_began(self, gateway: str) -> None: ...

    def relay_closed(self, gateway: str, lane_id: str, direction: Direction) -> None: ...

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None: ...

    def tap_ended(self, gateway: str) -> None: ...

    def revision_in_force(self, gateway: str, revision: int) -> None: ...

    def power_lost(self, gateway: str) -> None: ...

    def started(self, gateway: str, next_seq: int, revision: int) -> None: ...

    def order_given(self, order: Order) -> None: ...

    def calm_reached(self) -> None: ...


class Listening(Protocol):
    """Whoever passes on what happens to all laws."""

    @property
    def witnesses(self) -> Sequence[Witness]: ...
