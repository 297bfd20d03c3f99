"""The connection that both sides use: QoS 1 out with a true answer, messages in that wait for their acknowledgement.

MQTT 5, and 3.1.1 where the broker knows no other. One `ReliableClient` is one connection: after `LinkLostError` make a
new one (`link_keeper` does). Clean start and no session at the broker: what is not confirmed by the other application
is sent again by the application.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.reasoncodes import ReasonCode

from mqtt_client.connection import Connection, HungUpError, LinkLimits
from mqtt_client.errors import (
    BrokerUnreachableError,
    CertificateRefusedError,
    ConnectRefusedError,
    LinkError,
    LinkLostError,
    PublishRefusedError,
    SubscriptionRefusedError,
)
from mqtt_client.tls import TlsFiles, certificate_refusal, client_context, out_of_time, probe_refusal, refine_refusal

_VERSION_REFUSED: Final = 0x84
FILTERS_MAX: Final = 8
"""In one SUBSCRIBE; the strictest broker known takes no more."""


class InboundMessage:
    """A message as it arrived; `ack` it when its effect is committed."""

    __slots__ = ("_connection", "_message", "payload", "topic")

    def __init__(self, connection: Connection, message: paho.MQTTMessage) -> None:
        self._connection = connection
        self._message = message
        self.topic: str = message.topic
        self.payload: bytes = bytes(message.payload)

    def ack(self) -> None:
        """Let the broker send the next one; unacknowledged messages are bounded by `LinkLimits.inbound_max`."""
        self._connection.acknowledge(self._message)


class ReliableClient:
    """`async with` connects and subscribes; `tls` None means plain TCP, for a broker inside this machine's tests."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: TlsFiles | None,
        client_id: str,
        subscriptions: Sequence[str],
        limits: LinkLimits | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._client_id = client_id
        self._subscriptions = tuple(subscriptions)
        self._limits = limits or LinkLimits()
        self._slots = asyncio.Semaphore(self._limits.outbound_max)
        self._connection: Connection | None = None

    async def __aenter__(self) -> Self:
        """Connect and subscribe.

        Raises:
            BrokerUnreachableError, CertificateRefusedError, ConnectRefusedError, SubscriptionRefusedError,
            LinkLostError: see each for what to do.
        """
        context = client_context(self._tls) if self._tls is not None else None
        connection = self._make_connection(context, is_version_5=True)
        try:
            try:
                await connection.open()
            except aiomqtt.MqttError as error:
                if not _is_version_refused(connection, error):
                    raise
                connection = self._make_connection(context, is_version_5=False)
                await connection.open()
        except aiomqtt.MqttError as error:
            failure = self._why_not_connected(connection, error)
            was_reached = not isinstance(error.__context__, OSError)
            if context is not None and was_reached and isinstance(failure, BrokerUnreachableError):
                refusal = await asyncio.to_thread(probe_refusal, self._host, self._port, context)
                raise (self._dated(failure) if refusal is None else self._refined(refusal)) from error
            raise failure from error
        self._connection = connection
        try:
            await self.subscribe(self._subscriptions)
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._close()

    def _make_connection(self, context: ssl.SSLContext | None, *, is_version_5: bool) -> Connection:
        return Connection(
            self._host,
            self._port,
            client_id=self._client_id,
            tls_context=context,
            limits=self._limits,
            is_version_5=is_version_5,
        )

    async def subscribe(self, topic_filters: Sequence[str]) -> None:
        """Ask for more messages, a few filters at a time: brokers bound how many one packet may hold.

        Raises:
            SubscriptionRefusedError: the broker refuses one of the filters.
            LinkLostError: the connection is gone, or no answer came in time.
        """
        connection = self._require_connection()
        for some in _portions(topic_filters):
            try:
                answers = await connection.ask_for(some)
            except aiomqtt.MqttError as error:
                raise self._lost(connection, error) from error
            for topic_filter, answer in zip(some, answers, strict=True):
                if isinstance(answer, ReasonCode) and answer.is_failure:
                    raise SubscriptionRefusedError(f"the broker refuses the subscription to {topic_filter}: {answer}")

    async def unsubscribe(self, topic_filters: Sequence[str]) -> None:
        """Ask for fewer messages; what is on its way still comes.

        Raises:
            LinkLostError: the connection is gone, or no answer came in time.
        """
        connection = self._require_connection()
        for some in _portions(topic_filters):
            try:
                await connection.unsubscribe(list(some))
            except aiomqtt.MqttError as error:
                raise self._lost(connection, error) from error

    async def publish(self, topic: str, payload: bytes) -> None:
        """Publish with QoS 1 and wait for the broker's answer; a good answer says nothing about the receiver.

        Raises:
            PublishRefusedError: the broker refused this message.
            LinkLostError: the connection is gone, or no answer came in time.
        """
        connection = self._require_connection()
        async with self._slots:
            try:
                answer = await connection.confirm(topic, payload)
            except ConnectionError as error:
                raise self._lost(connection, error) from error
        if answer.is_failure:
            raise PublishRefusedError(topic, answer.value, str(answer))

    async def messages(self) -> AsyncIterator[InboundMessage]:
        """Messages in the order of their arrival, until the link is lost.

        Raises:
            LinkLostError: always, in the end.
        """
        connection = self._require_connection()
        while True:
            try:
                message = await connection.next_message()
            except ConnectionError as error:
                raise self._lost(connection, error) from error
            yield InboundMessage(connection, message)

    def _require_connection(self) -> Connection:
        assert self._connection is not None, "use the client inside `async with`"
        return self._connection

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def _why_not_connected(self, connection: Connection, error: aiomqtt.MqttError) -> LinkError:
        cause = error.__context__ if isinstance(error.__context__, OSError) else connection.faults.last_error
        refusal = certificate_refusal(cause)
        if refusal is not None:
            return self._refined(refusal)
        if isinstance(error, aiomqtt.exceptions.MqttConnectError):
            return ConnectRefusedError(f"the broker at {self._host}:{self._port} refuses {self._client_id}: {error}")
        return BrokerUnreachableError(f"no broker at {self._host}:{self._port}: {cause or error}")

    def _lost(self, connection: Connection, error: Exception) -> LinkError:
        refusal = certificate_refusal(connection.faults.last_error)
        if refusal is not None:
            return self._refined(refusal)
        return LinkLostError(f"the link to {self._host}:{self._port} is lost: {error}")

    def _dated(self, failure: LinkError) -> LinkError:
        """A broker that hangs up without a word: our certificate may be out of its time."""
        assert self._tls is not None, "only TLS has certificates"
        return out_of_time(self._tls.certificate, datetime.now(UTC)) or failure

    def _refined(self, refusal: CertificateRefusedError) -> CertificateRefusedError:
        assert self._tls is not None, "only TLS refuses certificates"
        return refine_refusal(refusal, self._tls.certificate, datetime.now(UTC))


def _is_version_refused(connection: Connection, error: aiomqtt.MqttError) -> bool:
    """Told as the standard asks for, or by hanging up without a word, as RabbitMQ 3.10 does."""
    if isinstance(error, aiomqtt.exceptions.MqttConnectError):
        return isinstance(error.rc, ReasonCode) and error.rc.value == _VERSION_REFUSED
    return isinstance(error, HungUpError) and connection.faults.last_error is None


def _portions(topic_filters: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(topic_filters), FILTERS_MAX):
        yield topic_filters[start : start + FILTERS_MAX]
