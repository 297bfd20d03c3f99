"""Several workers on one PostgreSQL: they share the sites, and what one leaves the others take over."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from cloud import bus
from cloud.access_events.models import AccessEvent
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.gateway_link.lease import LEASE
from cloud.gateway_link.models import LinkWorker
from cloud.gateway_link.share import DUTIES, Peer, Share
from cloud.sites import service as sites
from cloud.sites.policy import SiteRules
from provisioning.authority import issue_client_certificate
from sync_protocol.journal_events import LaneChanged
from sync_protocol.messages import EventsAcked, Welcome
from tests.club import SECRET
from tests.integration.site_stand import PATIENCE_S, ScriptedGateway, Stand, standing_site
from tests.postgresql import PostgresqlServer

NAMES = ("tornello-cloud", "tornello-cloud-2")
EVENTS = 400
BATCH = 20
START_TIMEOUT_S = 30.0
TICK_S = 3.0
"""What a loaded machine may need beyond the lease."""


@pytest.fixture
def shared(tmp_path: Path, postgresql: PostgresqlServer) -> Iterator[Stand]:
    postgresql.create("shared", template="template")
    database = Database(postgresql.url("shared"), dispatch=bus.dispatch)
    with standing_site(tmp_path, database) as stand:
        now = datetime.now(UTC)
        issue_client_certificate(tmp_path, NAMES[1], file_name="cloud-2", now=now)
        yield stand
    database.close()
    postgresql.drop("shared")


@dataclass
class Worker:
    """`tornello-cloud worker` as a process."""

    process: subprocess.Popen[bytes]
    log_file: Path

    async def until(self, words: str) -> None:
        async with asyncio.timeout(START_TIMEOUT_S):
            while words not in self.log_file.read_text():
                assert self.process.poll() is None, self.log_file.read_text()
                await asyncio.sleep(0.02)


@contextlib.contextmanager
def running_worker(stand: Stand, number: int, *arguments: str) -> Iterator[Worker]:
    folder = stand.folder
    (folder / "secret").write_text(SECRET.hex())
    (folder / "secret").chmod(0o600)
    certificate = ("cloud", "cloud-2")[number]
    variables = {
        "SECRET_FILE": folder / "secret",
        "DATABASE_URL": stand.club.database.engine.url.render_as_string(hide_password=False),
        "AUTHORITY_DIR": folder,
        "BROKER_HOST": stand.broker.host,
        "BROKER_PORT": stand.broker.port,
        "BROKER_CERT": folder / f"{certificate}.pem",
        "BROKER_KEY": folder / f"{certificate}-key.pem",
    }
    log_file = folder / f"worker-{number}.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cloud.cli", "worker", *arguments],
            env={**os.environ, **{f"TORNELLO_{name}": str(value) for name, value in variables.items()}},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield Worker(process, log_file)
    finally:
        process.kill()
        process.wait()


def share_of(name: str) -> Share:
    return Share(name, frozenset(Peer(each, DUTIES) for each in NAMES))


def open_sites(stand: Stand) -> list[Stand]:
    """Sites until each of the two workers has two of them."""
    found = [stand]
    while min(sum(share_of(name).has("ingest", each.club.site_id) for each in found) for name in NAMES) < 2:
        with stand.club.database.transaction() as session:
            rules = SiteRules(f"Club {len(found)}", "Europe/Rome", "it")
            site_id = sites.create_site(session, stand.club.actor, rules, SECRET).id
        found.append(replace(stand, club=replace(stand.club, site_id=site_id)))
    return found


async def upload(gateway: ScriptedGateway) -> list[float]:
    """Send a journal batch by batch until all of it is acknowledged; the times of the acknowledgements."""
    acked, times = -1, []
    while acked < EVENTS - 1:
        await gateway.send_events(acked + 1, min(acked + 1 + BATCH, EVENTS))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                acked = max(acked, (await gateway.next(EventsAcked)).upto_seq)
                times.append(time.monotonic())
    return times


def stored(stand: Stand, gateway: ScriptedGateway) -> list[int]:
    with stand.club.database.session() as session:
        query = select(AccessEvent.seq).where(AccessEvent.gateway_id == gateway.gateway_id).order_by(AccessEvent.id)
        return list(session.scalars(query))


def block_somebody(stand: Stand) -> int:
    """The revision with which somebody is blocked."""
    with stand.club.database.transaction() as session:
        stand.club.block(session, stand.club.add_member(session, card=7))
    with stand.club.database.session() as session:
        return desired_state.head(session, stand.club.site_id).revision


async def _kill_one(shared: Stand) -> None:
    opened = open_sites(shared)
    gateways = {each.club.site_id: each.add_gateway("Lane") for each in opened}
    orphans = [each for each in opened if share_of(NAMES[0]).has("ingest", each.club.site_id)]
    for gateway in gateways.values():
        for _ in range(EVENTS):
            gateway.write(LaneChanged("lan_1", "ready"))
    with running_worker(shared, 0) as first, running_worker(shared, 1) as second:
        await first.until(f"shared among {', '.join(NAMES)}")
        await second.until(f"shared among {', '.join(NAMES)}")
        async with contextlib.AsyncExitStack() as stack:
            for gateway in gateways.values():
                await stack.enter_async_context(gateway.connected())
                await gateway.hello()
                await gateway.next(Welcome)
            uploads = {site_id: asyncio.create_task(upload(gateway)) for site_id, gateway in gateways.items()}
            await asyncio.sleep(0.3)
            first.process.kill()
            killed_at = time.monotonic()
            async with asyncio.timeout(LEASE.total_seconds() + 2 * PATIENCE_S):
                times = {site_id: await task for site_id, task in uploads.items()}
            for orphan in orphans:
                await gateways[orphan.club.site_id].reach(await asyncio.to_thread(block_somebody, orphan))
    for orphan in orphans:
        (later, *_) = [at for at in times[orphan.club.site_id] if at > killed_at + 1.0]
        assert later - killed_at < LEASE.total_seconds() + TICK_S
    for gateway in gateways.values():
        assert stored(shared, gateway) == list(range(EVENTS))


def test_of_two_workers_one_is_killed_under_load_and_every_event_is_stored_once(shared: Stand) -> None:
    asyncio.run(_kill_one(shared))


def test_one_worker_takes_events_over_while_another_says_everything_else(shared: Stand) -> None:
    async def converse() -> None:
        gateway = shared.add_gateway()
        gateway.write(LaneChanged("lan_1", "ready"))
        with running_worker(shared, 0, "--duty", "ingest"), running_worker(shared, 1, "--duty", "publish") as second:
            await second.until(f"shared among {', '.join(NAMES)}")
            async with gateway.connected():
                await gateway.hello()
                await gateway.next(Welcome)
                await gateway.send_events(0, 1)
                assert (await gateway.next(EventsAcked)).upto_seq == 0
                second.process.kill()
                gateway.write(LaneChanged("lan_1", "ready"))
                await gateway.send_events(1, 2)
                assert (await gateway.next(EventsAcked)).upto_seq == 1

    asyncio.run(converse())


def test_a_worker_that_ends_in_good_order_leaves_its_share_at_once(shared: Stand) -> None:
    async def end() -> None:
        async with shared.link():
            assert names(shared) == {NAMES[0]}
        assert names(shared) == set()

    asyncio.run(end())


def names(stand: Stand) -> set[str]:
    with stand.club.database.session() as session:
        return set(session.scalars(select(LinkWorker.name)))
