"""The relay never closes without a grant, or an order, for that lane and direction."""

from gateway.domain.access_point import Direction
from sync_protocol.journal_events import AccessDecided, AccessNotTaken, AccessTaken, EventBody, LaneChanged
from tests.simulation.whole.story import BrokenLawError
from tests.simulation.whole.witness import Order, Witness

Opening = tuple[str, Direction]


class RelayFollowsGrant(Witness):
    """Between the beginning and the end of a tap, nothing but what was granted is opened.

    A grant that was not opened then waits until somebody else has passed: it is opened once later, or ends. An order
    from afar is written before the relay closes for it.
    """

    def __init__(self) -> None:
        self._opened: dict[str, list[Opening]] = {}
        self._queued: dict[str, list[Opening]] = {}
        self._orders: dict[str, Opening] = {}

    def order_given(self, order: Order) -> None:
        self._orders[order.by] = (order.lane_id, order.direction)

    def tap_began(self, gateway: str) -> None:
        self._opened[gateway] = []

    def relay_closed(self, gateway: str, lane_id: str, direction: Direction) -> None:
        opening, queued = (lane_id, direction), self._queued.setdefault(gateway, [])
        if gateway in self._opened:
            self._opened[gateway].append(opening)
        elif opening in queued:
            queued.remove(opening)
        else:
            raise BrokenLawError(f"{gateway} closes the relay of {lane_id} {direction}, and nobody was granted it")

    def event_written(self, gateway: str, seq: int, body: EventBody) -> None:
        if isinstance(body, AccessTaken | AccessNotTaken):
            self._queued.pop(gateway, None)
        if isinstance(body, LaneChanged) and body.state == "remote_opened":
            self._queued[gateway] = [self._orders[body.detail]]
        if isinstance(body, AccessDecided):
            granted: list[Opening] = [(body.lane_id, body.direction)] if body.outcome != "block" else []
            opened = self._opened[gateway]
            if opened not in ([], granted):
                raise BrokenLawError(f"{gateway} has granted {granted} and opened {opened}")
            if granted:
                self._queued[gateway] = [] if opened else granted

    def tap_ended(self, gateway: str) -> None:
        del self._opened[gateway]

    def power_lost(self, gateway: str) -> None:
        self._queued.pop(gateway, None)
