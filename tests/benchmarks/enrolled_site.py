"""A whole site for a benchmark: broker and cloud as processes of their own, and gateways enrolled over HTTPS."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cloud import bus
from cloud.database import Database
from cloud.enrolment.authority import OnlineAuthority
from cloud.migrations import upgrade_database
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.cloud_link_mqtt import CloudAddress, CloudLinkMqtt
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.enrolment import enrol
from gateway.identity import Identity, tls_files
from gateway.service.clock_keeping import ClockKeeping
from gateway.service.cloud_session import CloudSession, SessionPorts
from provisioning.authority import create_authority, issue_client_certificate, issue_server_certificate
from provisioning.claim_token import create_claim_token
from tests.product_broker import ProductBroker
from tests.running_cloud import RunningCloud, running_cloud
from tests.voices import voice_of


@dataclass
class EnrolledSite:
    """Everything that runs beside the gateways; `gateways` are their state folders and identities."""

    folder: Path
    broker: ProductBroker
    cloud: RunningCloud
    api_url: str
    gateways: list[tuple[Path, Identity]]

    @classmethod
    def set_up(
        cls, folder: Path, found: Callable[[Database], tuple[str, list[str]]], stack: ExitStack
    ) -> "EnrolledSite":
        """Start all of it; `found` founds the club in an empty database and gives the ids of its site and lanes."""
        now = datetime.now(UTC)
        authority = create_authority(folder, "Benchmark", "a long passphrase", now)
        for name in ("broker", "https"):
            issue_server_certificate(folder, ["localhost"], ["127.0.0.1"], file_name=name, now=now)
        issue_client_certificate(folder, "tornello-cloud", file_name="cloud", now=now)
        broker = ProductBroker(folder / "broker", authority=folder)
        broker.start()
        stack.callback(broker.stop)
        url = f"sqlite:///{folder}/tornello.db"
        database = Database(url, dispatch=bus.dispatch)
        upgrade_database(database)
        site_id, lane_ids = found(database)
        database.close()
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
        enrolment = _Enrolment(f"https://localhost:{cloud.port('https')}", url, authority)
        gateways = [(folder / lane_id, enrolment.enrol(site_id, lane_id, folder / lane_id)) for lane_id in lane_ids]
        return cls(folder, broker, cloud, f"http://127.0.0.1:{cloud.port('http')}/api/v1", gateways)


@dataclass(frozen=True)
class _Enrolment:
    url: str
    database_url: str
    authority: OnlineAuthority

    def enrol(self, site_id: str, lane_id: str, state_dir: Path) -> Identity:
        token = create_claim_token(self.database_url, site_id, lane_id, self.authority)
        return enrol(self.url, token.text, state_dir)


@contextlib.asynccontextmanager
async def syncing_gateway(
    state_dir: Path, identity: Identity, told: Callable[[int], None]
) -> AsyncIterator[tuple[GatewayStore, CloudSession]]:
    """Store, link and sync of an enrolled gateway; `told` gets each revision that came in force."""
    clock = SystemClock()
    address = CloudAddress(
        identity.broker_host,
        identity.broker_port,
        identity.site_id,
        identity.gateway_id,
        tls_files(state_dir),
        identity.signing_keys,
    )
    link = CloudLinkMqtt(address, voice_of(address.tls))
    async with GatewayStore.open(state_dir, clock) as store, asyncio.TaskGroup() as tasks:
        keeping = ClockKeeping(clock, store.state, store.state)
        ports = SessionPorts(link, store.journal, store.state, clock, readers=lambda: ())
        session = CloudSession(ports, keeping, version="benchmark", told=told)
        loops = (store.run(), link.run(session), session.run(), session.upload.run(), keeping.run())
        running = [tasks.create_task(loop) for loop in loops]
        yield store, session
        for task in running:
            task.cancel()
