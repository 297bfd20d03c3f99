"""The cloud over MQTT: one connection after the other for ever; all is signed, and only what the site's key signed is
believed.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from gateway.service.broker_choice import BrokerAddress
from gateway.service.loss_log import LossLog
from gateway.service.ports import CloudListener, LinkDownError
from gateway.service.sibling_ports import SideListener
from mqtt_client.backoff import Backoff
from mqtt_client.connection import LinkLimits
from mqtt_client.errors import (
    CertificateRefusedError,
    LinkError,
    LinkLostError,
    PublishRefusedError,
    SubscriptionRefusedError,
)
from mqtt_client.link_keeper import keep_linked
from mqtt_client.reliable_client import InboundMessage, ReliableClient
from mqtt_client.tls import TlsFiles
from sync_protocol.codec import encode_message, parse_message
from sync_protocol.errors import SyncProtocolError, TopicError, UnknownSigningKeyError
from sync_protocol.messages import KIND_OF, Hello, Message, Refused
from sync_protocol.signing import SiteVerifier
from sync_protocol.topics import SideTopic, gateway_filter, is_side_topic, parse_topic, side_filter, up_topic

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CloudAddress:
    """Where the broker is, who we are to it, and whose signatures (key id -> raw public key) we believe.

    `tls` None means plain TCP, for a broker inside this machine's tests.
    """

    host: str
    port: int
    site_id: str
    gateway_id: str
    tls: TlsFiles | None
    signing_keys: Mapping[str, bytes]


class LinkCredentials(Protocol):
    """Says at each attempt which certificate to show, and is told what came of it."""

    def tls_files(self) -> TlsFiles: ...

    def handle_accepted(self) -> None:
        """The broker has let us in."""
        ...

    def handle_failed(self, failure: LinkError) -> None:
        """The broker has not, or the connection has ended."""
        ...


class Voice(Protocol):
    """Signs what goes up, each message under a higher number than all before it."""

    def seal(self, topic: str, payload: bytes, *, shows_certificate: bool) -> bytes:
        """The payload, signed for this topic with the key of the certificate that the connection was made with.

        Raises:
            LinkError: there is none.
        """
        ...

    def note_heard(self, number: int) -> None:
        """The cloud has heard this number: go on above it."""
        ...


class Brokers(Protocol):
    """Says at each attempt where to connect to, and is told what came of it."""

    @property
    def current(self) -> BrokerAddress: ...

    def handle_heard(self, address: BrokerAddress) -> None:
        """The cloud was heard through this one."""
        ...

    def handle_failed(self) -> None:
        """The connection did not come about, or has ended."""
        ...


class CloudLinkMqtt:
    """Implements the ports `CloudLink` and `SideLink`.

    `failure` is the newest reason for not being connected, for the status. `credentials` choose the certificate of each
    connection, instead of `address.tls`, and `brokers` its broker, instead of `address`; `voice` signs. `new_client`
    makes the client of each connection; it is called as `ReliableClient` is.
    """

    def __init__(
        self,
        address: CloudAddress,
        voice: Voice,
        *,
        credentials: LinkCredentials | None = None,
        brokers: Brokers | None = None,
        limits: LinkLimits | None = None,
        new_client: Callable[..., ReliableClient] = ReliableClient,
    ) -> None:
        self._address = address
        self._voice = voice
        self._credentials = credentials
        self._brokers = brokers
        self._broker = BrokerAddress(address.host, address.port)
        self._limits = limits
        self._new_client = new_client
        self._verifier = SiteVerifier(address.signing_keys)
        self.on_unknown_key: Callable[[], None] = lambda: None
        self._client: ReliableClient | None = None
        self._side: SideListener | None = None
        self._given_up: asyncio.Future[str] | None = None
        self.failure: LinkError | None = None
        self._losses = LossLog(logger)

    @property
    def is_connected(self) -> bool:
        return self._client is not None

    @property
    def broker(self) -> str:
        """Where the present connection goes to, or the newest attempt went."""
        return str(self._broker)

    @property
    def fault(self) -> str:
        """Why there is no connection now; empty while there is one, and before the first attempt has failed."""
        return "" if self.is_connected or self.failure is None else str(self.failure)

    async def publish(self, message: Message) -> None:
        client = self._client
        if client is None:
            raise LinkDownError("not connected")
        topic = up_topic(self._address.site_id, self._address.gateway_id, KIND_OF[type(message)])
        payload = encode_message(message)
        try:
            await client.publish(topic, self._voice.seal(topic, payload, shows_certificate=isinstance(message, Hello)))
        except PublishRefusedError as error:
            self.reconnect(str(error))
            raise LinkDownError(str(error)) from error
        except LinkError as error:
            raise LinkDownError(str(error)) from error

    def set_side_listener(self, side: SideListener) -> None:
        """Hear the siblings too, from the next connection on."""
        self._side = side

    async def publish_side(self, topic: SideTopic, data: bytes) -> None:
        client = self._client
        if client is None:
            raise LinkDownError("not connected")
        try:
            await client.publish(str(topic), data)
        except LinkError as error:  # also refused, by a broker whose access list knows nothing of siblings
            raise LinkDownError(str(error)) from error

    def reconnect(self, why: str) -> None:
        if self._given_up is not None and not self._given_up.done():
            self._given_up.set_result(why)

    def believe(self, signing_keys: Mapping[str, bytes]) -> None:
        """From now on believe these keys (key id -> raw public key) and no others."""
        self._verifier = SiteVerifier(signing_keys)

    async def run(self, listener: CloudListener) -> None:
        """Keep the link until cancelled; `listener` is told what happens on it."""

        async def serve(client: ReliableClient) -> None:
            await self._serve(client, listener)

        await keep_linked(self._connect, serve, backoff=Backoff(random.random), report=self._report)

    def _connect(self) -> ReliableClient:
        address = self._address
        if self._brokers is not None:
            self._broker = self._brokers.current
        return self._new_client(
            self._broker.host,
            self._broker.port,
            tls=address.tls if self._credentials is None else self._credentials.tls_files(),
            client_id=address.gateway_id,
            subscriptions=[gateway_filter(address.site_id, address.gateway_id)],
            limits=self._limits,
        )

    async def _serve(self, client: ReliableClient, listener: CloudListener) -> None:
        given_up: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._client, self._given_up = client, given_up
        if self._credentials is not None:
            self._credentials.handle_accepted()
        level = logging.DEBUG if self._losses.is_lost else logging.INFO
        logger.log(level, "connected to the broker at %s", self._broker)
        receiving = asyncio.ensure_future(self._receive(client, listener))
        try:
            await asyncio.wait((receiving, given_up), return_when=asyncio.FIRST_COMPLETED)
            if not receiving.done():
                raise LinkLostError(given_up.result())
            receiving.result()
        finally:
            self._client = self._given_up = None
            listener.handle_disconnected()
            receiving.cancel()
            await asyncio.gather(receiving, return_exceptions=True)

    async def _receive(self, client: ReliableClient, listener: CloudListener) -> None:
        await listener.handle_connected()
        await self._hear_siblings(client)
        async for inbound in client.messages():
            if self._side is not None and is_side_topic(inbound.topic):
                self._side.handle_side_message(inbound.topic, inbound.payload)
                inbound.ack()
                continue
            message = self._open(inbound)
            if isinstance(message, Refused) and message.heard_number is not None:
                self._voice.note_heard(message.heard_number)
            if message is not None:
                self.failure = None
                self._losses.tell_back(f"the cloud is heard again through {self._broker}")
                if self._brokers is not None:
                    self._brokers.handle_heard(self._broker)
                await listener.handle_message(message)
            inbound.ack()

    async def _hear_siblings(self, client: ReliableClient) -> None:
        """A broker whose access list knows nothing of siblings is no reason to be without the cloud."""
        if self._side is None:
            return
        try:
            await client.subscribe([side_filter(self._address.site_id, self._address.gateway_id)])
        except SubscriptionRefusedError as error:
            logger.warning("passages are not shared over this broker: %s", error)
        else:
            self._side.handle_side_connected()

    def _open(self, inbound: InboundMessage) -> Message | None:
        """The message inside, if it is for us, signed and well-formed; anything else is named in the log."""
        try:
            topic = parse_topic(inbound.topic)
            if (topic.site_id, topic.gateway_id, topic.direction) != (
                self._address.site_id,
                self._address.gateway_id,
                "down",
            ):
                raise TopicError(f"not for this gateway: {inbound.topic[:120]!r}")
            return parse_message(self._verifier.open(inbound.topic, inbound.payload), "down", topic.kind)
        except SyncProtocolError as error:
            logger.warning("a message is not accepted: %s: %s", type(error).__name__, error)
            if isinstance(error, UnknownSigningKeyError):
                self.on_unknown_key()
            return None

    def _report(self, failure: LinkError, delay_s: float) -> None:
        if self._credentials is not None:
            self._credentials.handle_failed(failure)
        if self._brokers is not None:
            self._brokers.handle_failed()
        self.failure = failure
        needs_somebody = isinstance(failure, CertificateRefusedError)
        level = logging.ERROR if needs_somebody else logging.WARNING
        self._losses.tell_loss(level, str(failure), f"next attempt in {delay_s:.1f} s")
