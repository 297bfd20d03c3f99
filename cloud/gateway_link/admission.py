"""How many gateways may say Hello at once: after an outage all come together, and each Hello is work for the database.

Up to `rate_per_s` are let in, and a burst on top of it. Whoever comes beyond that is given a place of its own in time
and told when to come back, so that the same storm does not return. The rate is about what one process on two cores
answers beside everything else; a thousand gateways are let in within ten seconds.
"""

import math
from collections import OrderedDict
from typing import Final

RATE_PER_S: Final = 100.0
BURST: Final = 200
WAIT_MAX_S: Final = 60
EARLY_S: Final = 0.5
PLACES_MAX: Final = 10_000


class Admission:
    """Belongs to one link, and to its loop's thread. Times are monotonic seconds.

    Nobody is told to wait for longer than `WAIT_MAX_S`: those for whom there is no place until then ask again.
    """

    def __init__(self, rate_per_s: float = RATE_PER_S, burst: int = BURST) -> None:
        self._interval_s = 1.0 / rate_per_s
        self._burst_s = burst * self._interval_s
        self._next_place_at = float("-inf")
        self._places: OrderedDict[str, float] = OrderedDict()

    def ask(self, gateway_id: str, now_s: float) -> int:
        """0: the gateway is let in; otherwise the whole seconds after which it should come back."""
        place_at = self._places.get(gateway_id)
        if place_at is None:
            place_at = max(now_s, self._next_place_at)
            wait_s = place_at - now_s
            if wait_s > WAIT_MAX_S:
                return WAIT_MAX_S
            self._next_place_at = place_at + self._interval_s
            if wait_s <= self._burst_s:
                return 0
            self._keep(gateway_id, place_at - self._burst_s)
        elif place_at <= now_s + EARLY_S:
            del self._places[gateway_id]
            return 0
        return max(1, math.ceil(self._places[gateway_id] - now_s))

    @property
    def places(self) -> int:
        """How many have been told when to come back, and have not come yet."""
        return len(self._places)

    def _keep(self, gateway_id: str, place_at: float) -> None:
        """A place that is never taken is forgotten when there are too many."""
        self._places[gateway_id] = place_at
        if len(self._places) > PLACES_MAX:
            self._places.popitem(last=False)
