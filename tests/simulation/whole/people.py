"""Members and strangers before the gates: they tap, and most of them walk through when it opens."""

import asyncio
import random
from collections.abc import Sequence

from gateway.domain.access_point import Direction
from gateway.domain.lane_inputs import LaneSignal
from tests.simulation.whole.desk import STRANGER, Desk
from tests.simulation.whole.gateway_node import TIMING, GatewayNode, RunningGateway

_ROTATION: dict[Direction, LaneSignal] = {"in": LaneSignal.ROTATION_IN, "out": LaneSignal.ROTATION_OUT}
_STEP_S = 0.4


class People:
    """`walk` is for the gateways to tell that one of them has opened."""

    def __init__(self, desk: Desk, rng: random.Random, loop: asyncio.AbstractEventLoop) -> None:
        self._desk = desk
        self._rng = rng
        self._loop = loop
        self.is_everybody_quick = False

    def walk(self, gateway: RunningGateway, direction: Direction) -> None:
        """Go through in time, too late, or not at all."""
        if self.is_everybody_quick:
            self._rotate(gateway, direction, after_s=0.1)
        elif self._rng.random() < 0.8:
            self._rotate(gateway, direction, after_s=self._rng.uniform(0.2, TIMING.passage_window_ms / 1000 + 0.5))

    async def come(self, gateways: Sequence[GatewayNode]) -> None:
        """Tap here and there until cancelled; now and then somebody pulls the alarm or pushes the arm."""
        while True:
            await asyncio.sleep(self._rng.expovariate(1.0))
            running = self._rng.choice(gateways).running
            if running is None:
                continue
            if self._rng.random() < 0.03:
                self._disturb(running)
            else:
                card = self._rng.choice((STRANGER, *self._desk.people, *self._desk.people))
                running.present(card, "out" if self._rng.random() < 0.2 else "in")

    def _disturb(self, gateway: RunningGateway) -> None:
        signal = self._rng.choice((LaneSignal.FIRE, LaneSignal.ALARM, LaneSignal.ROTATION_OUT))
        self._say(gateway, signal, after_s=0.0, for_s=self._rng.uniform(0.5, 4.0))

    def _rotate(self, gateway: RunningGateway, direction: Direction, *, after_s: float) -> None:
        self._say(gateway, _ROTATION[direction], after_s=after_s, for_s=_STEP_S)

    def _say(self, gateway: RunningGateway, signal: LaneSignal, *, after_s: float, for_s: float) -> None:
        timers = gateway.timers
        timers.call_later(after_s, lambda: gateway.lane.say(signal, is_active=True))
        timers.call_later(after_s + for_s, lambda: gateway.lane.say(signal, is_active=False))
