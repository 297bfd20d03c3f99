"""The whole link over mutual TLS through a network that misbehaves: noticed in time, mended, and nothing is lost."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from cloud import bus
from cloud.access_events.models import AccessEvent
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.gateway_link import link as cloud_link
from cloud.settings import Address
from gateway.adapters.cloud_link_mqtt import CloudAddress
from gateway.service import cloud_session, event_upload
from mqtt_client.connection import LinkLimits
from sync_protocol.journal_events import GatewayStarted
from tests.chaos_proxy import ChaosProxy
from tests.in_loop import in_loop
from tests.integration.site_stand import Stand, standing_site
from tests.running_sync import RunningSync, running_sync_at

LIMITS: Final = LinkLimits(keepalive_s=1, answer_timeout_s=1.5)
SILENCE_S: Final = 2.0
NOTICED_WITHIN_S: Final = SILENCE_S + 1.5
"""What the shortened deadlines add up to, and a second for a busy machine."""


@pytest.fixture
def stand(patient_stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Stand:
    """A site whose deadlines are shorter than in production, in the same proportions."""
    monkeypatch.setattr(cloud_session, "HEARTBEAT_EVERY_S", 0.5)
    monkeypatch.setattr(cloud_session, "SILENCE_MAX_S", SILENCE_S)
    monkeypatch.setattr(cloud_session, "TICK_S", 0.1)
    monkeypatch.setattr(event_upload, "RESEND_AFTER_S", 1.0)
    monkeypatch.setattr(cloud_link, "_LIMITS", LIMITS)
    return patient_stand


@pytest.fixture
def patient_stand(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Stand]:
    """A site with the deadlines of production."""
    (tmp_path / "tornello.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with standing_site(tmp_path, database) as stand:
        yield stand
    database.close()


@dataclass
class Scene:
    """A gateway whose way to the broker is `near`, and a cloud whose way is `far`."""

    stand: Stand
    near: ChaosProxy
    far: ChaosProxy
    sync: RunningSync
    written: int = 0

    def write(self, count: int) -> None:
        for _ in range(count):
            self.sync.store.journal.append(GatewayStarted("1", self.written))
            self.written += 1

    async def until(self, is_so: Callable[[], bool], within_s: float = 40.0) -> float:
        """Wait for it; the seconds that it took."""
        now_s = asyncio.get_running_loop().time
        started = now_s()
        async with asyncio.timeout(within_s):
            while not is_so():
                await asyncio.sleep(0.02)
        return now_s() - started

    async def until_all_is_stored(self) -> None:
        await self.until(lambda: self.sync.store.journal.acked_seq == self.written - 1, within_s=60.0)
        assert await asyncio.to_thread(self._stored) == list(range(self.written))

    async def until_a_flag_is_in_force(self) -> None:
        flag_id = await asyncio.to_thread(self._block)
        await self.until(lambda: self._is_in_force(flag_id))

    def _stored(self) -> list[int]:
        with self.stand.club.database.session() as session:
            return list(session.scalars(select(AccessEvent.seq).order_by(AccessEvent.seq)))

    def _block(self) -> str:
        club = self.stand.club
        with club.database.transaction() as session:
            return club.block(session, club.add_member(session))

    def _is_in_force(self, flag_id: str) -> bool:
        with self.stand.club.database.session() as session:
            return [each.state for each in desired_state.flag_proof(session, flag_id)] == ["in_force"]


@contextlib.asynccontextmanager
async def scene(stand: Stand, *, limits: LinkLimits = LIMITS) -> AsyncIterator[Scene]:
    """Everything up, greeted and welcome."""
    broker, gateway = stand.broker, stand.add_gateway()
    signing_keys = gateway.signing_keys
    async with ChaosProxy(broker.host, broker.port) as near, ChaosProxy(broker.host, broker.port) as far:
        address = CloudAddress(near.host, near.port, gateway.site_id, gateway.gateway_id, gateway.tls, signing_keys)
        behind = replace(stand, cloud_address=Address(far.host, far.port))
        async with behind.link(), running_sync_at(stand.folder / "state", address, limits=limits) as sync:
            one = Scene(stand, near, far, sync)
            await one.until(lambda: sync.session.is_welcome)
            yield one


@in_loop
async def test_a_half_open_link_of_the_gateway_is_noticed_in_time_and_mended(stand: Stand) -> None:
    async with scene(stand) as one:
        one.near.half_open_all()
        one.write(200)
        assert await one.until(lambda: not one.sync.link.is_connected) < NOTICED_WITHIN_S
        await one.until_all_is_stored()
        await one.until_a_flag_is_in_force()


@in_loop
async def test_a_half_open_link_of_the_cloud_is_noticed_in_time_and_mended(stand: Stand) -> None:
    async with scene(stand) as one:
        before = one.far.accepted
        one.far.half_open_all()
        one.write(200)
        assert await one.until(lambda: one.far.accepted > before) < NOTICED_WITHIN_S + 1.0
        await one.until_all_is_stored()
        await one.until_a_flag_is_in_force()


@in_loop
async def test_resets_under_load_lose_nothing_and_store_nothing_twice(stand: Stand) -> None:
    dice = random.Random(20261122)
    async with scene(stand) as one:
        for _ in range(8):
            for _ in range(dice.randrange(2, 8)):
                one.write(50)
                await asyncio.sleep(0.02)
            dice.choice((one.near, one.far)).reset_all()
            await one.until(lambda: one.sync.link.is_connected)
        await one.until_all_is_stored()
        assert min(one.near.accepted, one.far.accepted) > 1, "both ends were cut off"
        await one.until_a_flag_is_in_force()


@in_loop
async def test_a_black_hole_is_noticed_and_heals(stand: Stand) -> None:
    async with scene(stand) as one:
        one.near.open_black_hole()
        one.far.open_black_hole()
        one.write(500)
        assert await one.until(lambda: not one.sync.link.is_connected) < NOTICED_WITHIN_S
        await asyncio.sleep(1.0)
        one.near.heal()
        one.far.heal()
        await one.until_all_is_stored()
        await one.until_a_flag_is_in_force()


@in_loop
async def test_a_slow_and_narrow_line_is_not_taken_for_a_dead_one(patient_stand: Stand) -> None:
    async with scene(patient_stand, limits=LinkLimits()) as one:
        before = one.near.accepted
        one.near.latency_s, one.near.bytes_per_s = 0.15, 100_000
        one.write(500)
        await one.until_all_is_stored()
        await one.until_a_flag_is_in_force()
        assert one.near.accepted == before


def test_a_dead_link_is_noticed_within_25_seconds_by_the_deadlines_of_production() -> None:
    """At the gateway the cloud's silence counts, whoever is dead; the cloud's own link has the keepalive alone."""
    paho_looks_every_s = 1.0
    assert cloud_session.SILENCE_MAX_S + cloud_session.TICK_S <= 25.0
    assert cloud_session.HEARTBEAT_EVERY_S + LinkLimits().answer_timeout_s <= 25.0
    for limits in (LinkLimits(), cloud_link._LIMITS):
        assert 2 * limits.keepalive_s + paho_looks_every_s <= 25.0
        assert limits.answer_timeout_s <= 25.0
