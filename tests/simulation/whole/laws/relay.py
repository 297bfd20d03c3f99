"""The relay never closes without a grant for that lane and direction."""

from gateway.domain.access_point import Direction
from sync_protocol.journal_events import AccessDecided, EventBody
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Witness


class RelayFollowsGrant(Witness):
    """Between the beginning and the end of a tap, exactly what was granted is opened; outside of taps nothing is."""

    def __init__(self) -> None:
        self._opened: dict[str, list[tuple[str, Direction]]] = {}

    def tap_began(self, gateway: str) -> None:
        self._opened[gateway] = []

    def relay_closed(self, gateway: str, lane_id: str, direction: Direction) -> None:
        if gateway not in self._opened:
            raise BrokenLawError(f"{gateway} closes the relay of {lane_id} {direction}, and nobody has tapped")
        self._opened[gateway].append((lane_id, direction))

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None:
        if isinstance(body, AccessDecided):
            granted = [(body.lane_id, body.direction)] if body.outcome != "block" else []
            if self._opened[gateway] != granted:
                raise BrokenLawError(f"{gateway} has granted {granted} and opened {self._opened[gateway]}")

    def tap_ended(self, gateway: str) -> None:
        del self._opened[gateway]
