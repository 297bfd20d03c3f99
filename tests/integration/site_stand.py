"""What the tests of the link stand on: a club, an authority, mosquitto as the product configures it, the link.

`ScriptedGateway` is a gateway made of the sync contract alone: it keeps the state it is sent and says what the test
tells it to say.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cloud.database import Database
from cloud.enrolment import certificates
from cloud.enrolment.authority import OnlineAuthority, gateway_profile
from cloud.gateway_link.link import run_link
from cloud.settings import Address, Settings
from cloud.sites import service as sites
from gateway.certificate_voice import CertificateVoice
from mqtt_client.errors import LinkLostError
from mqtt_client.reliable_client import ReliableClient
from mqtt_client.tls import TlsFiles
from provisioning.authority import create_authority, issue_client_certificate, issue_server_certificate
from sync_protocol.codec import encode_message, parse_message
from sync_protocol.digest import Digest
from sync_protocol.journal_events import CHAIN_START, EventBody, JournalEvent, SealedEvent, seal_event
from sync_protocol.messages import (
    KIND_OF,
    Delta,
    EventBatch,
    Heartbeat,
    Hello,
    Message,
    OutboxRange,
    SnapshotChunk,
    StagedSnapshot,
    StateApplied,
    StateBuckets,
)
from sync_protocol.signing import SiteVerifier
from sync_protocol.state_rows import encode_row, row_key
from sync_protocol.topics import gateway_filter, parse_topic, up_topic
from tests.club import SECRET, Club
from tests.mosquitto import Broker
from tests.product_broker import ProductBroker
from tests.voices import voice_of

PATIENCE_S = 40.0
M = TypeVar("M", bound=Message)


class _Linked(logging.Handler):
    """Hears the link say that it is up."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.seen = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if "linked" in record.getMessage():
            self.seen.set()


@dataclass
class Stand:
    """A club with its authority and broker. `settings` are the cloud's.

    `cloud_address` is where the cloud looks for the broker, if not at the broker itself.
    """

    club: Club
    folder: Path
    authority: OnlineAuthority
    broker: ProductBroker
    cloud_address: Address | None = None

    @property
    def settings(self) -> Settings:
        broker = Address(self.broker.host, self.broker.port)
        return Settings(
            database_url="",
            secret=SECRET,
            authority_dir=self.folder,
            broker=self.cloud_address or broker,
            broker_certificate=self.folder / "cloud.pem",
            broker_key=self.folder / "cloud-key.pem",
            listen=Address("127.0.0.1", 0),
            tls_listen=None,
            tls_certificate=None,
            tls_key=None,
            public_broker=broker,
        )

    def add_gateway(self, lane: str = "Lane 1") -> "ScriptedGateway":
        """Enrol a gateway at a new lane, with a real certificate."""
        gateway_id = self.club.add_gateway(self.club.add_lane(lane))
        with self.club.database.session() as session:
            signer = sites.site_signer(sites.get_site(session, self.club.site_id), SECRET)
        tls = self.issue(self.club.site_id, gateway_id)
        with self.club.database.transaction() as session:
            certificates.keep(session, gateway_id, tls.certificate.read_text(), issued_at=session.now)
        return ScriptedGateway(
            self.broker, tls, self.club.site_id, gateway_id, {signer.key_id: signer.public_key}, voice_of(tls)
        )

    def issue(self, site_id: str, gateway_id: str) -> TlsFiles:
        """A gateway's certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        paths = (self.folder / f"{gateway_id}.pem", self.folder / f"{gateway_id}-key.pem")
        profile = gateway_profile(site_id, gateway_id)
        paths[0].write_text(self.authority.issue(key.public_key(), profile, datetime.now(UTC)))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return TlsFiles(self.folder / "root.pem", *paths)

    @contextlib.asynccontextmanager
    async def link(self) -> AsyncIterator[None]:
        """The cloud's link, up for the time of the block."""
        log = logging.getLogger("cloud.gateway_link.link")
        log.setLevel(logging.INFO)
        linked = _Linked()
        log.addHandler(linked)
        task = asyncio.create_task(run_link(self.settings, self.club.database))
        try:
            async with asyncio.timeout(PATIENCE_S):
                await linked.seen.wait()
            yield
            if task.done():
                task.result()
        finally:
            log.removeHandler(linked)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@contextlib.contextmanager
def standing_site(folder: Path, database: Database) -> Iterator[Stand]:
    """Everything up but the cloud's link."""
    now = datetime.now(UTC)
    authority = create_authority(folder, "Test club", "a long passphrase", now)
    issue_server_certificate(folder, ["localhost"], ["127.0.0.1"], file_name="broker", now=now)
    issue_client_certificate(folder, "tornello-cloud", file_name="cloud", now=now)
    broker = ProductBroker(folder / "broker", authority=folder)
    broker.start()
    try:
        yield Stand(Club.found(database), folder, authority, broker)
    finally:
        broker.stop()


@dataclass
class ScriptedGateway:
    """Keeps the rows in force and everything that came down."""

    broker: Broker
    tls: TlsFiles
    site_id: str
    gateway_id: str
    signing_keys: dict[str, bytes]
    voice: CertificateVoice
    received: list[Message] = field(default_factory=list)
    rows: dict[str, bytes] = field(default_factory=dict)
    revision: int = 0
    epoch: str = "epoch1"
    written: list[SealedEvent] = field(default_factory=list)

    @property
    def digest(self) -> Digest:
        digest = Digest()
        for key, row in self.rows.items():
            digest.add(key, row)
        return digest

    @property
    def digest_root(self) -> bytes:
        return self.digest.root()

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Connected and listening for the time of the block."""
        self._news = asyncio.Condition()
        self._verifier = SiteVerifier(self.signing_keys)
        async with ReliableClient(
            self.broker.host,
            self.broker.port,
            tls=self.tls,
            client_id=self.gateway_id,
            subscriptions=[gateway_filter(self.site_id, self.gateway_id)],
        ) as self._client:
            listener = asyncio.create_task(self._listen())
            try:
                yield
            finally:
                listener.cancel()
                with contextlib.suppress(asyncio.CancelledError, LinkLostError):
                    await listener

    async def say(self, message: Message, *, kind: str | None = None, site_id: str | None = None) -> None:
        topic = up_topic(site_id or self.site_id, self.gateway_id, kind or KIND_OF[type(message)])
        payload = self.voice.seal(topic, encode_message(message), shows_certificate=isinstance(message, Hello))
        await self._client.publish(topic, payload)

    async def say_bytes(self, topic: str, payload: bytes) -> None:
        await self._client.publish(topic, payload)

    async def hello(
        self, *, wants_snapshot: bool = False, staged: StagedSnapshot | None = None, run_id: str = ""
    ) -> None:
        outbox = OutboxRange(0, len(self.written))
        await self.say(
            Hello(
                "boot1",
                "0.1.0",
                self.epoch,
                self.revision,
                self.digest_root,
                outbox,
                "synced",
                now_ms(),
                staged=staged,
                wants_snapshot=wants_snapshot,
                run_id=run_id,
            )
        )

    async def beat(self, number: int = 0) -> None:
        outbox = OutboxRange(0, len(self.written))
        await self.say(Heartbeat("boot1", number, self.revision, self.digest_root, outbox, "synced", now_ms()))

    async def buckets(self) -> None:
        await self.say(StateBuckets(self.revision, self.digest.to_bytes()))

    async def applied(self) -> None:
        await self.say(StateApplied("boot1", self.revision, self.digest_root, now_ms(), "synced"))

    def write(self, body: EventBody) -> None:
        chain = self.written[-1].chain if self.written else CHAIN_START
        event = JournalEvent(len(self.written), "boot1", len(self.written), now_ms(), "synced", body)
        self.written.append(seal_event(event, chain))

    async def send_events(self, start: int, stop: int) -> None:
        await self.say(EventBatch(self.epoch, tuple(self.written[start:stop])))

    async def next(self, kind: type[M]) -> M:
        """Take the oldest message of a kind that has come down, waiting for it."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            while True:
                for message in self.received:
                    if isinstance(message, kind):
                        self.received.remove(message)
                        return message
                await self._news.wait()

    async def reach(self, revision: int) -> None:
        """Wait until this revision is in force here."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: self.revision >= revision)

    async def _listen(self) -> None:
        async for inbound in self._client.messages():
            topic = parse_topic(inbound.topic)
            message = parse_message(self._verifier.open(inbound.topic, inbound.payload), "down", topic.kind)
            async with self._news:
                self.received.append(message)
                self._apply(message)
                self._news.notify_all()
            inbound.ack()

    def _apply(self, message: Message) -> None:
        match message:
            case Delta() if message.from_revision == self.revision:
                self.rows.update({row_key(row): encode_row(row) for row in message.upserts})
                for key in message.deletes:
                    self.rows.pop(key, None)
                self._in_force(message.to_revision, message.digest_root)
            case SnapshotChunk():
                if message.index == 0:
                    self.rows.clear()
                self.rows.update({row_key(row): encode_row(row) for row in message.rows})
                if message.index == message.count - 1:
                    self._in_force(message.revision, message.digest_root)

    def _in_force(self, revision: int, digest_root: bytes) -> None:
        self.revision = revision
        assert self.digest_root == digest_root, "the state does not have the digest that the cloud promised"


def now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)
