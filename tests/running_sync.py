"""The sync half of a gateway, with its real store and its real link, for tests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from gateway.adapters.clock_system import SystemClock
from gateway.adapters.cloud_link_mqtt import CloudAddress, CloudLinkMqtt
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.service.clock_keeping import ClockKeeping
from gateway.service.cloud_session import CloudSession, SessionPorts
from mqtt_client.connection import LinkLimits
from sync_protocol.messages import ReaderHealth
from tests.scripted_cloud import GATEWAY, SITE, ScriptedCloud
from tests.voices import voice_of


class RunningSync:
    """The parts, for the test to look at."""

    def __init__(self, store: GatewayStore, session: CloudSession, link: CloudLinkMqtt, clock: SystemClock) -> None:
        self.store = store
        self.session = session
        self.link = link
        self.clock = clock


@contextlib.asynccontextmanager
async def running_sync(
    state_dir: Path, cloud: ScriptedCloud, port: int, *, limits: LinkLimits | None = None
) -> AsyncIterator[RunningSync]:
    """The sync half of the scripted cloud's gateway, over plain TCP, until the block ends."""
    address = CloudAddress("127.0.0.1", port, SITE, GATEWAY, None, {cloud.signer.key_id: cloud.signer.public_key})
    async with running_sync_at(state_dir, address, limits=limits) as sync:
        yield sync


@contextlib.asynccontextmanager
async def running_sync_at(
    state_dir: Path, address: CloudAddress, *, limits: LinkLimits | None = None
) -> AsyncIterator[RunningSync]:
    """Everything that `gateway.bootstrap` runs for the cloud, until the block ends."""
    clock = SystemClock()
    link = CloudLinkMqtt(address, voice_of(address.tls), limits=limits)
    async with GatewayStore.open(state_dir, clock) as store:
        ports = SessionPorts(link, store.journal, store.state, clock, _readers)
        keeping = ClockKeeping(clock, store.state, store.state)
        session = CloudSession(ports, keeping, version="test", told=lambda _revision: None)
        loops = (store.run(), link.run(session), session.run(), session.upload.run(), keeping.run())
        tasks = [asyncio.ensure_future(loop) for loop in loops]
        try:
            yield RunningSync(store, session, link, clock)
            for task in tasks:
                assert not task.done(), "a loop has ended"
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _readers() -> tuple[ReaderHealth, ...]:
    return (ReaderHealth("lan_a", "entry", is_online=True, is_secure=True),)
