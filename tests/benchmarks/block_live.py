"""From the staff's click to the block in force at every gateway and proven in the cloud.

The whole path in one run: `tornello-cloud serve` and mosquitto as processes of their own, gateways that were enrolled
over HTTPS and run their real store and sync. The clock starts when the request is sent; `acked` is when the cloud has
committed the proof of the last gateway.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from cloud import bus
from cloud.database import Database
from cloud.enrolment.authority import OnlineAuthority
from cloud.migrations import upgrade_database
from cloud.staff.service import StaffDetails, create_staff
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.cloud_link_mqtt import CloudAddress, CloudLinkMqtt
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.enrolment import enrol
from gateway.identity import Identity, tls_files
from gateway.service.clock_keeping import ClockKeeping
from gateway.service.cloud_session import CloudSession, SessionPorts
from provisioning.authority import create_authority, issue_client_certificate, issue_server_certificate
from provisioning.claim_token import create_claim_token
from tests.benchmarks.report import Report, percentile
from tests.club import Club
from tests.product_broker import ProductBroker
from tests.running_cloud import running_cloud

TARGET_P99_MS = 250.0
PATIENCE_S = 20.0
LOOK_EVERY_S = 0.001
PASSWORD = "only for this benchmark"
EMAIL = "benchmark@club.example"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=200, help="blocks and lifts to measure (200)")
    parser.add_argument("--gateways", type=int, default=2, help="gateways of the site (2)")
    parser.add_argument("--members", type=int, default=1000, help="members of the site (1000)")


def run(arguments: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory(prefix="tornello-") as folder, ExitStack() as stack:
        site = _Site.set_up(Path(folder), arguments, stack)
        rounds = asyncio.run(_measure(site, arguments.rounds))
    applied, acked = [each.applied_ms for each in rounds], [each.acked_ms for each in rounds]
    figures = {
        "p50_ms": percentile(acked, 0.5),
        "p99_ms": percentile(acked, 0.99),
        "applied_p50_ms": percentile(applied, 0.5),
        "applied_p99_ms": percentile(applied, 0.99),
        "answer_p50_ms": percentile([each.answer_ms for each in rounds], 0.5),
        "rounds": float(len(rounds)),
        "gateways": float(arguments.gateways),
        "members": float(arguments.members),
    }
    return Report("block_live", figures, {"p99_ms": TARGET_P99_MS})


@dataclass
class _Site:
    """Everything that runs beside the gateways."""

    folder: Path
    console_url: str
    member_ids: list[str]
    identities: list[tuple[Path, Identity]]

    @classmethod
    def set_up(cls, folder: Path, arguments: argparse.Namespace, stack: ExitStack) -> "_Site":
        now = datetime.now(UTC)
        authority = create_authority(folder, "Benchmark", "a long passphrase", now)
        for name in ("broker", "https"):
            issue_server_certificate(folder, ["localhost"], ["127.0.0.1"], file_name=name, now=now)
        issue_client_certificate(folder, "tornello-cloud", file_name="cloud", now=now)
        broker = ProductBroker(folder / "broker", authority=folder)
        broker.start()
        stack.callback(broker.stop)
        url = f"sqlite:///{folder}/tornello.db"
        lanes, member_ids, site_id = _seed(url, arguments)
        environment = {
            "DATABASE_URL": url,
            "AUTHORITY_DIR": str(folder),
            "BROKER_HOST": broker.host,
            "BROKER_PORT": str(broker.port),
            "BROKER_CERT": str(folder / "cloud.pem"),
            "BROKER_KEY": str(folder / "cloud-key.pem"),
            "TLS_LISTEN": "127.0.0.1:0",
            "TLS_CERT": str(folder / "https.pem"),
            "TLS_KEY": str(folder / "https-key.pem"),
        }
        cloud = stack.enter_context(running_cloud(folder, environment))
        enrolment_url = f"https://localhost:{cloud.port('https')}"
        identities = [
            (folder / lane_id, _enrol(enrolment_url, url, (site_id, lane_id), authority, folder)) for lane_id in lanes
        ]
        return cls(folder, f"http://127.0.0.1:{cloud.port('http')}/api/v1", member_ids, identities)


def _seed(url: str, arguments: argparse.Namespace) -> tuple[list[str], list[str], str]:
    database = Database(url, dispatch=bus.dispatch)
    upgrade_database(database)
    club = Club.found(database)
    lanes = [club.add_lane(f"Lane {number}") for number in range(1, arguments.gateways + 1)]
    with database.transaction() as session:
        member_ids = [club.add_member(session, f"Member {n}", card=n) for n in range(1, arguments.members + 1)]
        for member_id in member_ids:
            club.add_contract(session, member_id)
        details = StaffDetails(email=EMAIL, name="Benchmark", role="administrator")
        create_staff(session, club.actor, details, password=PASSWORD)
    database.close()
    return lanes, member_ids, club.site_id


def _enrol(
    enrolment_url: str, database_url: str, place: tuple[str, str], authority: OnlineAuthority, folder: Path
) -> Identity:
    token = create_claim_token(database_url, *place, authority)
    return enrol(enrolment_url, token.text, folder / place[1])


@dataclass
class _Round:
    """Milliseconds since the request was sent."""

    answer_ms: float
    applied_ms: float
    acked_ms: float


@dataclass
class _Gateways:
    """The newest revision in force at each gateway, and when it came."""

    revisions: dict[str, int] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def told(self, gateway_id: str, revision: int) -> None:
        self.revisions[gateway_id] = revision
        self.changed.set()

    async def reach(self, revision: int, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while sum(each >= revision for each in self.revisions.values()) < count:
                self.changed.clear()
                await self.changed.wait()


async def _measure(site: _Site, rounds: int) -> list[_Round]:
    gateways = _Gateways()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        running = []
        for state_dir, identity in site.identities:
            running += await _run_gateway(stack, tasks, state_dir, identity, gateways)
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=PATIENCE_S))
        token = (await client.post(f"{site.console_url}/sessions", json={"email": EMAIL, "password": PASSWORD})).json()
        client.headers["Authorization"] = f"Bearer {token['token']}"
        proofs = sqlite3.connect(f"file:{site.folder}/tornello.db?mode=ro", uri=True)
        stack.callback(proofs.close)
        await gateways.reach(1, len(site.identities))
        measured: list[_Round] = []
        flag_id = ""
        for number in range(rounds):
            if number % 2 == 0:
                member_id = site.member_ids[number % len(site.member_ids)]
                url, body = f"{site.console_url}/members/{member_id}/flags", {"effect": "block", "texts": {"en": "No"}}
            else:
                url, body = f"{site.console_url}/flags/{flag_id}/clear", {}
            started = time.perf_counter()
            answer = await client.post(url, json=body)
            answered = time.perf_counter()
            flag_id = answer.raise_for_status().json()["id"]
            measured.append(await _follow(gateways, proofs, flag_id, len(site.identities), (started, answered)))
        for task in running:
            task.cancel()
    return measured


async def _follow(
    gateways: _Gateways, proofs: sqlite3.Connection, flag_id: str, count: int, times: tuple[float, float]
) -> _Round:
    started, answered = times
    row = proofs.execute("SELECT revision FROM desired_row WHERE key = ?", (f"flag/{flag_id}",)).fetchone()
    await gateways.reach(row[0], count)
    applied = time.perf_counter()
    async with asyncio.timeout(PATIENCE_S):
        query = "SELECT count(*) FROM row_proof WHERE row_key = ? AND revision >= ?"
        while proofs.execute(query, (f"flag/{flag_id}", row[0])).fetchone()[0] < count:
            await asyncio.sleep(LOOK_EVERY_S)
    acked = time.perf_counter()
    return _Round(*((moment - started) * 1000 for moment in (answered, applied, acked)))


async def _run_gateway(
    stack: AsyncExitStack, tasks: asyncio.TaskGroup, state_dir: Path, identity: Identity, gateways: _Gateways
) -> list[asyncio.Task[None]]:
    clock = SystemClock()
    store = await stack.enter_async_context(GatewayStore.open(state_dir, clock))
    link = CloudLinkMqtt(
        CloudAddress(
            identity.broker_host,
            identity.broker_port,
            identity.site_id,
            identity.gateway_id,
            tls_files(state_dir),
            identity.signing_keys,
        )
    )
    keeping = ClockKeeping(clock, store.state, store.state)
    ports = SessionPorts(link, store.journal, store.state, clock, readers=lambda: ())
    session = CloudSession(
        ports, keeping, version="benchmark", told=lambda revision: gateways.told(identity.gateway_id, revision)
    )
    loops = (store.run(), link.run(session), session.run(), session.upload.run(), keeping.run())
    return [tasks.create_task(loop) for loop in loops]
