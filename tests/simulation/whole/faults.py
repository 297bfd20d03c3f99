"""What goes wrong while the storm lasts: one task for each kind of fault, each in its own time."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

from cloud.gateway_link.link import CLIENT_ID
from tests.simulation.whole.broker import SimulatedBroker
from tests.simulation.whole.cloud_node import CloudNode
from tests.simulation.whole.gateway_node import GatewayNode
from tests.simulation.whole.story import Story
from tests.simulation.whole.weather import CALM, Weather


class Storm:
    """Bad weather over a site, until `end` leaves everything running on a good network."""

    def __init__(
        self,
        gateways: Sequence[GatewayNode],
        cloud: CloudNode,
        broker: SimulatedBroker,
        *,
        rng: random.Random,
        story: Story,
    ) -> None:
        self._gateways = gateways
        self._cloud = cloud
        self._broker = broker
        self._rng = rng
        self._story = story
        self.tasks: list[asyncio.Task[None]] = []

    def begin(self, weather: Weather) -> None:
        self._broker.weather = weather
        faults: Sequence[tuple[float, Callable[[], Awaitable[None]]]] = (
            (weather.cut_every_s, self._cut),
            (weather.half_open_every_s, self._half_open),
            (weather.broker_away_every_s, self._lose_broker),
            (weather.power_every_s, self._lose_power),
            (weather.cloud_down_every_s, self._lose_cloud),
            (weather.clock_step_every_s, self._step_clock),
        )
        self.tasks = [asyncio.ensure_future(self._again(every_s, fault)) for every_s, fault in faults if every_s]

    async def end(self) -> None:
        self._story.tell("weather", "calms down")
        await self.abandon()
        self._broker.weather = CALM
        if not self._broker.is_up:
            self._broker.come_back()
        self._cloud.start()
        for gateway in self._gateways:
            if gateway.running is None:
                gateway.start()

    async def abandon(self) -> None:
        """No more faults, whatever is broken."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _again(self, every_s: float, fault: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / every_s))
            await fault()

    async def _cut(self) -> None:
        self._broker.break_link(self._somebody(), is_half_open=False)

    async def _half_open(self) -> None:
        self._broker.break_link(self._somebody(), is_half_open=True)

    async def _lose_broker(self) -> None:
        self._broker.go_away()
        await asyncio.sleep(self._rng.choice((0.5, 5, 20)))
        self._broker.come_back()

    async def _lose_power(self) -> None:
        gateway = self._rng.choice(self._gateways)
        await gateway.lose_power()
        await asyncio.sleep(self._rng.choice((0.1, 3, 15)))
        gateway.start()

    async def _lose_cloud(self) -> None:
        await self._cloud.stop()
        await asyncio.sleep(self._rng.choice((0.1, 3, 20)))
        self._cloud.start()

    async def _step_clock(self) -> None:
        gateway = self._rng.choice(self._gateways)
        self._story.tell(gateway.identity.gateway_id, "has its clock set", f"wrong by {gateway.machine.step():.1f} s")

    def _somebody(self) -> str:
        return self._rng.choice((CLIENT_ID, *(gateway.identity.gateway_id for gateway in self._gateways)))
