"""The cloud's worker: the production link on a simulated connection, stopped and started at will.

Its database lives on; requests of staff go to it directly, as other processes do.
"""

import asyncio
import functools
import random

from cloud.database import Database
from cloud.gateway_link.link import CLIENT_ID, SigningSender, build_workshop, serve_link
from cloud.gateway_link.voices import Voices
from mqtt_client.backoff import Backoff
from mqtt_client.errors import LinkError
from mqtt_client.link_keeper import keep_linked
from mqtt_client.reliable_client import ReliableClient
from sync_protocol.topics import cloud_filter
from tests.club import SECRET
from tests.simulation.whole.broker import SimulatedBroker, SimulatedClient
from tests.simulation.whole.story import Story


class CloudNode:
    """`task` is what runs, if it runs."""

    def __init__(self, database: Database, broker: SimulatedBroker, story: Story) -> None:
        self._database = database
        self._broker = broker
        self._story = story
        self.task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self.task is None:
            self._story.tell("cloud", "starts")
            connect = functools.partial(
                SimulatedClient, self._broker, "broker", 1, client_id=CLIENT_ID, subscriptions=[cloud_filter()]
            )
            keeping = keep_linked(connect, self._serve, backoff=Backoff(random.random), report=self._report)
            self.task = asyncio.ensure_future(keeping)

    async def stop(self) -> None:
        """In the middle of everything; what is committed is committed."""
        task, self.task = self.task, None
        if task is not None:
            self._story.tell("cloud", "stops")
            self._broker.disconnect(CLIENT_ID)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _serve(self, client: ReliableClient) -> None:
        sender = SigningSender(client, self._database, SECRET)
        workshop = build_workshop(self._database, sender, Voices(self._database))
        await serve_link(client, workshop, sender.keys)

    def _report(self, failure: LinkError, delay_s: float) -> None:
        self._story.tell("cloud", "lost its link", str(failure))
