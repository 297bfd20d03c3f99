"""A broker and wires as bad as the weather: messages are dropped, repeated, reordered, delayed, refused, forgotten."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

from mqtt_client.errors import BrokerUnreachableError, LinkLostError, PublishRefusedError
from mqtt_client.reliable_client import InboundMessage, ReliableClient
from tests.simulation.whole.story import Story
from tests.simulation.whole.weather import CALM, Weather

ANSWER_TIMEOUT_S = 10.0
DEAD_PEER_S = 20.0
TICK_S = 1e-6
"""Between two timers that must not change places."""
_QUOTA_EXCEEDED = 0x97


class SimulatedBroker:
    """Who is connected, and what the weather does to what they say."""

    def __init__(self, loop: asyncio.AbstractEventLoop, rng: random.Random, story: Story) -> None:
        self.loop = loop
        self.rng = rng
        self.weather: Weather = CALM
        self.is_up = True
        self._story = story
        self._clients: dict[str, SimulatedClient] = {}
        self._memory = 0

    def connect(self, client: "SimulatedClient") -> None:
        """The newer connection of a name ends the older one."""
        self.disconnect(client.name)
        self._clients[client.name] = client

    def disconnect(self, name: str) -> None:
        client = self._clients.pop(name, None)
        if client is not None:
            client.lose()

    def leave(self, client: "SimulatedClient") -> None:
        if self._clients.get(client.name) is client:
            del self._clients[client.name]

    def go_away(self) -> None:
        """Stop, and forget what was on its way."""
        self._story.tell("broker", "goes away")
        self.is_up = False
        self._memory += 1
        for name in list(self._clients):
            self.disconnect(name)

    def come_back(self) -> None:
        self._story.tell("broker", "is back")
        self.is_up = True

    def break_link(self, name: str, *, is_half_open: bool) -> None:
        """End a connection; a half-open one looks well to its client, until a keep-alive finds it dead."""
        client = self._clients.get(name)
        if client is None:
            return
        self._story.tell(name, "is half open" if is_half_open else "is cut off")
        if is_half_open:
            self.leave(client)
            client.is_half_open = True
            self.loop.call_later(DEAD_PEER_S, client.lose)
        else:
            self.disconnect(name)

    def take(self, topic: str, payload: bytes, *, after_s: float) -> None:
        """A message is on its way to the broker, and from there to whoever wants it."""
        weather, rng = self.weather, self.rng
        if rng.random() < weather.dropped:
            return
        copies = 2 if rng.random() < weather.repeated else 1
        for _ in range(copies):
            self.loop.call_later(after_s, self._route, topic, payload, self._memory)
            after_s += rng.random() * 5 * weather.delay_max_s

    def _route(self, topic: str, payload: bytes, memory: int) -> None:
        if memory != self._memory:
            return
        for client in list(self._clients.values()):
            if client.wants(topic):
                self._deliver(client, topic, payload)

    def _deliver(self, client: "SimulatedClient", topic: str, payload: bytes) -> None:
        at_s = self.loop.time() + self.rng.random() * self.weather.delay_max_s
        if self.rng.random() < self.weather.reordered:
            at_s += 2 * self.weather.delay_max_s
        else:
            at_s = client.in_order_s = max(client.in_order_s + TICK_S, at_s)
        self.loop.call_at(at_s, client.receive, topic, payload)


class SimulatedClient(ReliableClient):
    """One connection to the simulated broker."""

    def __init__(
        self,
        broker: SimulatedBroker,
        host: str,
        port: int,
        *,
        client_id: str,
        subscriptions: Sequence[str],
        **_: Any,
    ) -> None:
        super().__init__(host, port, tls=None, client_id=client_id, subscriptions=subscriptions)
        self.name = client_id
        self.in_order_s = 0.0
        self.is_half_open = False
        self._broker = broker
        self._filters = [subscription.split("/") for subscription in subscriptions]
        self._arrived: asyncio.Queue[_Inbound | None] = asyncio.Queue()
        self._is_lost = False
        self._sent_in_order_s = 0.0

    async def __aenter__(self) -> Self:
        await asyncio.sleep(0.01 + self._broker.rng.random() * self._broker.weather.delay_max_s)
        if not self._broker.is_up:
            raise BrokerUnreachableError("no broker")
        self._broker.connect(self)
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._broker.leave(self)
        self._is_lost = True

    async def publish(self, topic: str, payload: bytes) -> None:
        broker = self._broker
        self._require_link()
        if self.is_half_open:
            await asyncio.sleep(ANSWER_TIMEOUT_S)
            self.lose()
            self._require_link()
        way_s = broker.rng.random() * broker.weather.delay_max_s
        if broker.rng.random() < broker.weather.refused:
            await asyncio.sleep(way_s)
            raise PublishRefusedError(topic, _QUOTA_EXCEEDED, "quota exceeded")
        now_s = broker.loop.time()
        self._sent_in_order_s = max(self._sent_in_order_s + TICK_S, now_s + way_s)
        broker.take(topic, payload, after_s=self._sent_in_order_s - now_s)
        await asyncio.sleep(self._sent_in_order_s - now_s + way_s)
        self._require_link()

    async def messages(self) -> AsyncIterator[InboundMessage]:
        while True:
            message = await self._arrived.get()
            if message is None:
                raise LinkLostError("the link is lost")
            yield message

    def wants(self, topic: str) -> bool:
        parts = topic.split("/")
        return any(
            len(parts) == len(wanted) and all(w in {"+", p} for w, p in zip(wanted, parts, strict=True))
            for wanted in self._filters
        )

    def receive(self, topic: str, payload: bytes) -> None:
        if not self._is_lost and not self.is_half_open:
            self._arrived.put_nowait(_Inbound(topic, payload))

    def lose(self) -> None:
        """The connection is gone, and its client notices."""
        self._is_lost = True
        self._arrived.put_nowait(None)

    def _require_link(self) -> None:
        if self._is_lost:
            raise LinkLostError("the link is lost")


class _Inbound(InboundMessage):
    """A message that nobody has to be told was received: this broker repeats when it likes."""

    def __init__(self, topic: str, payload: bytes) -> None:
        self.topic = topic
        self.payload = payload

    def ack(self) -> None:
        """Without effect."""
