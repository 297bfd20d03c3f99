"""A small cloud made of `sync_protocol` alone: it keeps a desired state and a list of events."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from mqtt_client.backoff import Backoff
from mqtt_client.errors import LinkError
from mqtt_client.link_keeper import keep_linked
from mqtt_client.reliable_client import ReliableClient
from mqtt_client.tls import TlsFiles
from sync_protocol import messages as m
from sync_protocol.codec import encode_message, parse_message
from sync_protocol.journal_events import CHAIN_START, JournalEvent, chain_after, first_seq_covered, parse_event
from sync_protocol.signing import SiteSigner
from sync_protocol.topics import cloud_filter, down_topic, parse_topic
from tests.desired_state import DesiredState
from tests.voices import Hearer

SITE, GATEWAY = "sit_a", "gwy_a"


@dataclass
class Ledger:
    """What is committed: per epoch the events in order, and how often a known one came again."""

    events: dict[str, list[JournalEvent]] = field(default_factory=dict)
    chains: dict[str, bytes] = field(default_factory=dict)
    duplicates: int = 0

    def acked(self, epoch: str) -> int:
        events = self.events.get(epoch)
        return events[-1].seq if events else -1

    def take(self, batch: m.EventBatch) -> None:
        events = self.events.setdefault(batch.journal_epoch, [])
        chain = self.chains.get(batch.journal_epoch, CHAIN_START)
        for sealed in batch.events:
            event = parse_event(sealed)
            acked = events[-1].seq if events else -1
            if sealed.seq <= acked:
                self.duplicates += 1
                continue
            if first_seq_covered(event) > acked + 1:
                return
            chain = chain_after(chain, sealed.content) if first_seq_covered(event) == event.seq else sealed.chain
            assert chain == sealed.chain, "the chain is broken"
            events.append(event)
        self.chains[batch.journal_epoch] = chain


class ScriptedCloud:
    """`heard` has every message that came up, in order."""

    def __init__(self, state: DesiredState, port: int, *, tls: TlsFiles | None = None) -> None:
        self.state = state
        self.signer = SiteSigner(b"\x07" * 32)
        self.ledger = Ledger()
        self.heard: list[m.Message] = []
        self.is_silent = False
        self.chunk_bytes = 40 * 1024
        self.chunks_allowed: int | None = None
        self.refuse_seq: int | None = None
        self._port = port
        self._tls = tls
        self._client: ReliableClient | None = None
        self._news = asyncio.Event()
        self._hearer = Hearer()
        self._hello_nonce = b""

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.ensure_future(
            keep_linked(self._connect, self._serve, backoff=Backoff(lambda: 0.2), report=lambda _error, _delay: None)
        )
        try:
            await self.until(lambda: self._client is not None)
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, condition: Callable[[], bool], within_s: float = 20.0) -> None:
        """Wait until `condition()` is true; looked at after each message."""
        async with asyncio.timeout(within_s):
            while not condition():
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await self._news.wait()

    def applied(self) -> int:
        """The newest revision that the gateway has reported."""
        revisions = [h.revision for h in self.heard if isinstance(h, m.StateApplied)]
        return revisions[-1] if revisions else -1

    async def push(self, from_revision: int) -> None:
        """Send the delta up to the head, as the publisher does after a commit."""
        await self.send(self.state.delta(from_revision))

    async def send(self, message: m.Message, *, kind: str | None = None) -> None:
        topic = down_topic(SITE, GATEWAY, kind or m.KIND_OF[type(message)])
        await self.send_bytes(topic, self.signer.sign(topic, encode_message(message)))

    async def send_bytes(self, topic: str, payload: bytes) -> None:
        assert self._client is not None, "the cloud is not connected"
        await self._client.publish(topic, payload)

    def _connect(self) -> ReliableClient:
        return ReliableClient("127.0.0.1", self._port, tls=self._tls, client_id="cloud", subscriptions=[cloud_filter()])

    async def _serve(self, client: ReliableClient) -> None:
        self._client = client
        async for inbound in client.messages():
            payload = self._hearer.open(inbound.topic, inbound.payload)
            message = parse_message(payload, "up", parse_topic(inbound.topic).kind)
            self.heard.append(message)
            self._news.set()
            inbound.ack()
            if not self.is_silent:
                with contextlib.suppress(LinkError):
                    await self._answer(message)

    async def _answer(self, message: m.Message) -> None:
        now_ms, state = time.time_ns() // 1_000_000, self.state
        match message:
            case m.Hello():
                self._hello_nonce = message.nonce
                acked = self.ledger.acked(message.journal_epoch)
                place = (message.journal_epoch, acked, message.nonce)
                await self.send(m.Welcome(now_ms, state.revision, state.digest_root, *place))
                await self._send_state(message)
            case m.Heartbeat():
                await self.send(m.CloudHeartbeat(now_ms, state.revision, state.digest_root))
                if 0 < message.applied_revision < state.revision:
                    await self.push(message.applied_revision)
            case m.StateBuckets():
                for part in self.state.repair(message, chunk_bytes=self.chunk_bytes):
                    await self.send(part)
            case m.EventBatch():
                await self._take_events(message)

    async def _send_state(self, hello: m.Hello) -> None:
        if hello.applied_revision == self.state.revision and not hello.wants_snapshot:
            return
        if hello.applied_revision > 0 and not hello.wants_snapshot:
            await self.push(hello.applied_revision)
            return
        snapshot_id = f"snap{self.state.revision}"
        begin = hello.staged.next_index if hello.staged and hello.staged.snapshot_id == snapshot_id else 0
        for chunk in self.state.chunks(snapshot_id, chunk_bytes=self.chunk_bytes)[begin:]:
            if self.chunks_allowed is not None:
                if self.chunks_allowed == 0:
                    return
                self.chunks_allowed -= 1
            await self.send(chunk)

    async def _take_events(self, batch: m.EventBatch) -> None:
        self.ledger.take(batch)
        if self.refuse_seq is not None and self.refuse_seq <= self.ledger.acked(batch.journal_epoch):
            await self.send(m.EventRefused(batch.journal_epoch, self.refuse_seq, "odd"))
            self.refuse_seq = None
        acked = self.ledger.acked(batch.journal_epoch)
        await self.send(m.EventsAcked(batch.journal_epoch, acked, self.state.revision, self._hello_nonce))
