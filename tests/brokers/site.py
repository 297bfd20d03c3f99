"""The scenery of a trial: a club, its cloud's link in this process, and gateways with certificates, at one broker."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from cloud import bus
from cloud.access_events.models import AccessEvent
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.migrations import upgrade_database
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.identity import AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE, Identity, identity_folder
from mqtt_client.connection import LinkLimits
from mqtt_client.reliable_client import InboundMessage, ReliableClient
from mqtt_client.tls import TlsFiles
from provisioning.authority import create_authority, issue_client_certificate, issue_server_certificate
from provisioning.broker_configuration import CLOUD_NAME
from tests.benchmarks.enrolled_site import syncing_gateway
from tests.brokers.trial_broker import TrialBroker
from tests.club import Club
from tests.integration.site_stand import ScriptedGateway, Stand
from tests.product_broker import ProductBroker

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.02


@dataclass
class TrialSite:
    """Everything is up but the cloud's link. Each claim takes gateways that nobody has used before."""

    stand: Stand
    broker: TrialBroker
    gateways: list[ScriptedGateway]

    def take_gateway(self) -> ScriptedGateway:
        return self.gateways.pop()

    def client(self, tls: TlsFiles, name: str, *filters: str, limits: LinkLimits | None = None) -> ReliableClient:
        """The product's own client under any name."""
        where = (self.broker.host, self.broker.port)
        return ReliableClient(*where, tls=tls, client_id=name, subscriptions=filters, limits=limits)

    def cloud_client(self, *filters: str, limits: LinkLimits | None = None) -> ReliableClient:
        """A client with the cloud's rights."""
        folder = self.stand.folder
        tls = TlsFiles(folder / "root.pem", folder / "cloud.pem", folder / "cloud-key.pem")
        return self.client(tls, CLOUD_NAME, *filters, limits=limits)

    @contextlib.asynccontextmanager
    async def syncing(
        self, gateway: ScriptedGateway, told: Callable[[int], None] = lambda revision: None
    ) -> AsyncIterator[GatewayStore]:
        """The product's own store, link and sync as this gateway; `told` gets each revision that came in force."""
        state_dir, identity = self.identity_of(gateway)
        async with syncing_gateway(state_dir, identity, told) as (store, _):
            yield store

    def identity_of(self, gateway: ScriptedGateway) -> tuple[Path, Identity]:
        """The state folder of a gateway, with its certificate, and who it is."""
        state_dir = self.stand.folder / f"state-{gateway.gateway_id}"
        folder = identity_folder(state_dir)
        folder.mkdir(parents=True, exist_ok=True)
        tls = gateway.tls
        for source, name in ((tls.authority, AUTHORITY_FILE), (tls.certificate, CERTIFICATE_FILE), (tls.key, KEY_FILE)):
            shutil.copy(source, folder / name)
        identity = Identity(
            site_id=gateway.site_id,
            gateway_id=gateway.gateway_id,
            lane_id="lan_trial",
            lane_name="Trial",
            site_name="Trial",
            time_zone="Europe/Rome",
            broker_host=self.broker.host,
            broker_port=self.broker.port,
            signing_keys=gateway.signing_keys,
            credential_key=bytes(32),
        )
        return state_dir, identity

    def head(self) -> int:
        """The newest revision of the site."""
        with self.stand.club.database.session() as session:
            return desired_state.head(session, self.stand.club.site_id).revision

    def stored(self, gateway: ScriptedGateway) -> list[int]:
        """The numbers of a gateway's events, in the order in which they were stored."""
        with self.stand.club.database.session() as session:
            query = select(AccessEvent.seq).where(AccessEvent.gateway_id == gateway.gateway_id)
            return list(session.scalars(query.order_by(AccessEvent.id)))


@contextlib.contextmanager
def trial_site(folder: Path, new_broker: Callable[[Path, Path], TrialBroker], *, gateways: int) -> Iterator[TrialSite]:
    """A club of so many gateways, and a running broker, made by `new_broker` from its folder and the authority's."""
    now = datetime.now(UTC)
    authority = create_authority(folder, "Trial", "a long passphrase", now)
    issue_server_certificate(folder, ["localhost"], ["127.0.0.1"], file_name="broker", now=now)
    issue_client_certificate(folder, CLOUD_NAME, file_name="cloud", now=now)
    broker = new_broker(folder / "broker", folder)
    database = Database(f"sqlite:///{folder}/tornello.db", dispatch=bus.dispatch)
    upgrade_database(database)
    address = ProductBroker(folder / "nowhere", authority=folder)
    address.host, address.port = broker.host, broker.port
    stand = Stand(Club.found(database), folder, authority, address)
    scripted = [stand.add_gateway(f"Lane {number}") for number in range(1, gateways + 1)]
    broker.admit([gateway.gateway_id for gateway in scripted])
    try:
        broker.start()
        address.port = broker.port
        yield TrialSite(stand, broker, scripted)
    finally:
        broker.stop()
        database.close()


@contextlib.asynccontextmanager
async def listening(client: ReliableClient) -> AsyncIterator[list[InboundMessage]]:
    """Connected for the time of the block; what was heard so far."""
    heard: list[InboundMessage] = []

    async def listen() -> None:
        async for message in client.messages():
            heard.append(message)
            message.ack()

    async with client:
        task = asyncio.ensure_future(listen())
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so.

    Raises:
        TimeoutError: it was not within a minute.
    """
    async with asyncio.timeout(PATIENCE_S):
        while not await asyncio.to_thread(is_so):
            await asyncio.sleep(LOOK_EVERY_S)
