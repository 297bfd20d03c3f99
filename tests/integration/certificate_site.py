"""A site whose certificates are tested: real broker, the cloud as a process, and gateways enrolled in the past."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cloud import bus
from cloud.database import Database
from cloud.enrolment import certificates, service
from cloud.enrolment.authority import OnlineAuthority
from cloud.enrolment.models import GatewayCertificate
from cloud.settings import Address, Settings
from gateway.adapters.clock_system import SystemClock
from gateway.adapters.cloud_link_mqtt import CloudAddress, CloudLinkMqtt
from gateway.adapters.store_sqlite.store import GatewayStore
from gateway.bootstrap_certificates import CertificateParts, open_certificates
from gateway.durable_files import write_private
from gateway.identity import (
    AUTHORITY_FILE,
    CERTIFICATE_FILE,
    KEY_FILE,
    Identity,
    identity_folder,
    identity_from_fields,
    load_identity,
    save_identity,
)
from gateway.key_provider import FileKeys
from gateway.service.certificate_renewal import CertificateRenewal
from gateway.service.clock_keeping import ClockKeeping
from gateway.service.cloud_session import CloudSession, SessionPorts
from provisioning.authority import create_authority, issue_client_certificate, issue_server_certificate
from tests.club import SECRET, Club
from tests.product_broker import ProductBroker
from tests.running_cloud import RunningCloud, running_cloud

PATIENCE_S = 40.0


@dataclass
class CertificateSite:
    """Broker, cloud and the club's database; what the cloud does on its own is seen in the files and the database."""

    folder: Path
    authority: OnlineAuthority
    broker: ProductBroker
    club: Club
    cloud: RunningCloud

    @property
    def revocation_list(self) -> Path:
        return self.folder / "revoked.pem"

    def enrol_in_the_past(self, age: timedelta, lane: str = "Lane 1") -> Path:
        """The state folder of a gateway that was enrolled so long ago."""
        state_dir = self.folder / f"gateway-{lane.lower().replace(' ', '-')}"
        keys, key_path = FileKeys(), identity_folder(state_dir) / KEY_FILE
        keys.create(key_path)
        then = Database(f"sqlite:///{self.folder}/tornello.db", dispatch=bus.dispatch, clock=lambda: _ago(age))
        try:
            lane_id = self.club.add_lane(lane)
            with then.transaction() as session:
                token = service.create_claim_token(session, self.club.actor, lane_id, self.authority)
            with then.transaction() as session:
                grant = service.enrol(
                    session,
                    self._settings(),
                    self.authority,
                    token_text=token.text,
                    csr_pem=keys.signing_request(key_path),
                )
        finally:
            then.close()
        write_private(identity_folder(state_dir) / AUTHORITY_FILE, grant.authority_pem.encode())
        write_private(identity_folder(state_dir) / CERTIFICATE_FILE, grant.certificate_pem.encode())
        identity = identity_from_fields(grant.model_dump())
        save_identity(state_dir, replace(identity, cloud_url=f"https://localhost:{self.cloud.port('https')}"))
        return state_dir

    def certificates(self, gateway_id: str) -> list[GatewayCertificate]:
        """What the cloud has issued, the newest first."""
        with self.club.database.session() as session:
            return list(certificates.list_of(session, gateway_id))

    def _settings(self) -> Settings:
        broker = Address(self.broker.host, self.broker.port)
        return Settings(
            database_url="",
            secret=SECRET,
            authority_dir=self.folder,
            broker=broker,
            broker_certificate=None,
            broker_key=None,
            listen=Address("127.0.0.1", 0),
            tls_listen=None,
            tls_certificate=None,
            tls_key=None,
            public_broker=broker,
        )


def _ago(age: timedelta) -> datetime:
    return datetime.now(UTC) - age


@contextlib.contextmanager
def standing_certificate_site(folder: Path, migrated_sqlite: Path) -> Iterator[CertificateSite]:
    """All of it, for the time of the block."""
    now = datetime.now(UTC)
    authority = create_authority(folder, "Test club", "a long passphrase", now - timedelta(days=365))
    for name in ("broker", "https"):
        issue_server_certificate(folder, ["localhost"], ["127.0.0.1"], file_name=name, now=now)
    issue_client_certificate(folder, "tornello-cloud", file_name="cloud", now=now)
    url = f"sqlite:///{folder}/tornello.db"
    (folder / "tornello.db").write_bytes(migrated_sqlite.read_bytes())
    broker = ProductBroker(folder / "broker", authority=folder)
    broker.start()
    database = Database(url, dispatch=bus.dispatch)
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
        "REVOCATION_LIST": str(folder / "revoked.pem"),
    }
    try:
        club = Club.found(database)
        with running_cloud(folder, environment) as cloud:
            yield CertificateSite(folder, authority, broker, club, cloud)
    finally:
        database.close()
        broker.stop()


@dataclass
class LivingGateway:
    """The parts of a gateway that talk to the cloud."""

    identity: Identity
    parts: CertificateParts
    link: CloudLinkMqtt
    session: CloudSession
    renewal: CertificateRenewal
    store: GatewayStore

    async def until(self, is_so: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait for something to become true."""
        async with asyncio.timeout(patience_s):
            while not is_so():
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def living_gateway(state_dir: Path) -> AsyncIterator[LivingGateway]:
    """Everything that `gateway.bootstrap` runs for the cloud, until the block ends."""
    clock, identity = SystemClock(), load_identity(state_dir)
    parts = open_certificates(state_dir, identity)
    address = CloudAddress(
        identity.broker_host,
        identity.broker_port,
        identity.site_id,
        identity.gateway_id,
        tls=None,
        signing_keys=identity.signing_keys,
    )
    link = CloudLinkMqtt(address, parts.voice(clock), credentials=parts.trial)
    renewal = parts.renewal(link, clock, first_delay_s=0.5)
    async with GatewayStore.open(state_dir, clock) as store:
        signing_keys = parts.signing_keys(link, clock, state_dir)
        ports = SessionPorts(link, store.journal, store.state, clock, lambda: (), keys=signing_keys)
        keeping = ClockKeeping(clock, store.state, store.state)
        session = CloudSession(ports, keeping, version="test", told=lambda _revision: None)
        loops = (
            store.run(),
            link.run(session),
            session.run(),
            session.upload.run(),
            keeping.run(),
            renewal.run(),
            signing_keys.run(),
        )
        tasks = [asyncio.ensure_future(loop) for loop in loops]
        try:
            yield LivingGateway(identity, parts, link, session, renewal, store)
            for task in tasks:
                assert not task.done(), "a loop has ended"
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
