"""A gateway without turnstile and disk: the product's own link, the protocol kept to the letter, nothing behind it.

It has the site's head in force from the beginning. A thousand of them fit into one process.
"""

import asyncio
import random
import secrets
import time
from collections import deque
from typing import Any

from gateway.adapters.cloud_link_mqtt import CloudAddress, CloudLinkMqtt
from gateway.service.cloud_session import (
    HEARTBEAT_EVERY_S,
    HELLO_EVERY_S,
    HELLOS_OPEN_MAX,
    NONCE_BYTES,
    SILENCE_MAX_S,
    UNANSWERED_HELLO_S,
)
from gateway.service.ports import LinkDownError
from mqtt_client.reliable_client import ReliableClient
from sync_protocol.journal_events import CHAIN_START, AccessDecided, JournalEvent, SealedEvent, seal_event
from sync_protocol.messages import EventBatch, EventsAcked, Heartbeat, Hello, Message, OutboxRange, Refused, Welcome
from tests.voices import voice_of

_TICK_S = 0.25
_RESEND_AFTER_S = 10.0


class LightGateway:
    """Implements the port `CloudListener`; `run` until cancelled.

    `attempts` counts connections begun, `welcomed_at` is the moment (`time.perf_counter`) of the newest Welcome on a
    connection, None while there is none. `event_every_s` is the mean pause between events; infinite: none.
    """

    def __init__(self, address: CloudAddress, head: tuple[int, bytes], lane_id: str) -> None:
        self._link = CloudLinkMqtt(address, voice_of(address.tls), new_client=self._new_client)
        self._lane_id = lane_id
        self._head = head
        self._boot_id = secrets.token_hex(16)
        self._epoch = secrets.token_hex(8)
        self._outbox: list[SealedEvent] = []
        self._next_seq = 0
        self._chain = CHAIN_START
        self._beat = 0
        self._nonces: deque[bytes] = deque(maxlen=HELLOS_OPEN_MAX)
        self._hello_at = self._next_beat_at = self._heard_at = self._sent_at = 0.0
        self.event_every_s = float("inf")
        self.attempts = 0
        self.welcomed_at: float | None = None

    @property
    def waiting(self) -> int:
        """Events that the cloud has not confirmed."""
        return len(self._outbox)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._link.run(self))
            tasks.create_task(self._beat_for_ever())
            tasks.create_task(self._write_for_ever())

    async def handle_connected(self) -> None:
        now = time.monotonic()
        self._heard_at = self._hello_at = now
        self._next_beat_at = now + HEARTBEAT_EVERY_S * random.random()  # a fleet does not beat in step
        self._sent_at = float("-inf")

    def handle_disconnected(self) -> None:
        self.welcomed_at = None
        self._nonces.clear()

    async def handle_message(self, message: Message) -> None:
        now = self._heard_at = time.monotonic()
        match message:
            case Welcome(nonce=nonce) if nonce in self._nonces:
                self._nonces.clear()
                self.welcomed_at = time.perf_counter()
                self._settle(message.acked_seq)
            case Refused(kind="hello", retry_after_s=int(pause_s)):
                self._hello_at = now + pause_s
            case EventsAcked(journal_epoch=epoch) if epoch == self._epoch:
                self._settle(message.upto_seq)
            case _:
                pass

    def _settle(self, upto_seq: int) -> None:
        self._outbox = [event for event in self._outbox if event.seq > upto_seq]
        self._sent_at = float("-inf")

    def _new_client(self, *arguments: Any, **options: Any) -> ReliableClient:
        self.attempts += 1
        return ReliableClient(*arguments, **options)

    async def _beat_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S * (0.5 + random.random()))
            if self._link.is_connected:
                try:
                    await self._tick(time.monotonic())
                except LinkDownError:
                    continue

    async def _tick(self, now: float) -> None:
        """Whatever is due, as `CloudSession.tick` and `EventUpload.send_next` would."""
        if now - self._heard_at > SILENCE_MAX_S:
            self._heard_at = now
            self._link.reconnect("the cloud is silent")
        elif self.welcomed_at is None:
            if now >= self._hello_at:
                self._hello_at = now + HELLO_EVERY_S + UNANSWERED_HELLO_S
                await self._link.publish(self._hello())
        elif now >= self._next_beat_at:
            self._next_beat_at = now + HEARTBEAT_EVERY_S
            self._beat += 1
            await self._link.publish(self._heartbeat())
        elif self._outbox and now - self._sent_at > _RESEND_AFTER_S:
            self._sent_at = now
            await self._link.publish(EventBatch(self._epoch, tuple(self._outbox[:100])))

    async def _write_for_ever(self) -> None:
        """Somebody unknown taps, again and again."""
        while True:
            if self.event_every_s == float("inf"):
                await asyncio.sleep(1.0)
                continue
            await asyncio.sleep(random.uniform(0.0, 2 * self.event_every_s))
            body = AccessDecided(
                secrets.token_hex(10), self._lane_id, "in", "entry", "0f" * 16, "block", "credential_not_found", "", 1
            )
            event = JournalEvent(
                self._next_seq, self._boot_id, int(time.monotonic() * 1000), int(time.time() * 1000), "synced", body
            )
            sealed = seal_event(event, self._chain)
            self._next_seq, self._chain = self._next_seq + 1, sealed.chain
            self._outbox.append(sealed)

    def _hello(self) -> Hello:
        self._nonces.append(secrets.token_bytes(NONCE_BYTES))
        return Hello(
            boot_id=self._boot_id,
            software_version="light",
            journal_epoch=self._epoch,
            applied_revision=self._head[0],
            digest_root=self._head[1],
            outbox=self._range,
            clock="synced",
            wall_ms=int(time.time() * 1000),
            nonce=self._nonces[-1],
        )

    def _heartbeat(self) -> Heartbeat:
        return Heartbeat(
            boot_id=self._boot_id,
            beat=self._beat,
            applied_revision=self._head[0],
            digest_root=self._head[1],
            outbox=self._range,
            clock="synced",
            wall_ms=int(time.time() * 1000),
        )

    @property
    def _range(self) -> OutboxRange:
        return OutboxRange(self._outbox[0].seq if self._outbox else self._next_seq, self._next_seq)
