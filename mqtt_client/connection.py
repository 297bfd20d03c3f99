"""One MQTT connection: aiomqtt's client with six behaviours corrected, each held by a test in `tests/contract`.

It learns negative PUBACKs, leaves the PUBACK of an inbound message to the application, bounds what is queued (by not
reading on: mosquitto 2.0.11 sends more than the Receive Maximum allows), notices at once a connection that dies before
it was accepted, remembers the socket error that paho only prints, and never leaves a socket or a watched descriptor
behind. Touches private names of aiomqtt 2.5, hence the pin below 3.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

_FAREWELL_S = 1.0


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """The bounds of a connection. A dead peer is noticed within two `keepalive_s`, a silent one on a publish within
    `answer_timeout_s`; `inbound_max` QoS 1 messages wait unacknowledged, `outbound_max` publishes at once.
    """

    keepalive_s: int = 10
    answer_timeout_s: float = 10.0
    inbound_max: int = 64
    outbound_max: int = 64


class HungUpError(aiomqtt.MqttError):
    """The connection was closed before it was accepted."""


class FaultMemory(logging.Logger):
    """The logger given to paho: keeps the last error of the socket, which paho tells nobody else."""

    def __init__(self) -> None:
        super().__init__("mqtt_client.connection", logging.ERROR)
        self.last_error: OSError | None = None

    def handle(self, record: logging.LogRecord) -> None:
        for argument in record.args or ():
            if isinstance(argument, OSError):
                self.last_error = argument


class Connection(aiomqtt.Client):
    """A single connection; `open` once, `close` once.

    Of MQTT 5, or of 3.1.1 for brokers that know no other: there a broker cannot say that it refuses a publish.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        client_id: str,
        tls_context: ssl.SSLContext | None,
        limits: LinkLimits,
        is_version_5: bool = True,
    ) -> None:
        self.faults = FaultMemory()
        self.is_version_5 = is_version_5
        self._limits = limits
        super().__init__(
            host,
            port,
            identifier=client_id,
            **(_version_5(limits) if is_version_5 else _VERSION_3),
            keepalive=limits.keepalive_s,
            timeout=limits.answer_timeout_s,
            tls_context=tls_context,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
            logger=self.faults,
        )
        self._client.manual_ack_set(on=True)
        self._is_abandoned = False
        self._pubacks: dict[int, asyncio.Future[ReasonCode]] = {}
        # One reading may go through as many packets as there are publishes on their way.
        self._inbox: asyncio.Queue[paho.MQTTMessage] = asyncio.Queue(limits.inbound_max + limits.outbound_max + 1)
        self._is_reading = True
        # Its exception is also told through `cause_of_loss`; an unread one must not be logged by asyncio.
        self._disconnected.add_done_callback(lambda lost: lost.cancelled() or lost.exception())

    async def open(self) -> None:
        """Connect and wait to be accepted.

        Raises:
            aiomqtt.MqttError: not connected; the socket's own error is its context or `faults.last_error`.
        """
        try:
            await self.__aenter__()
        except BaseException:
            self._abandon()
            raise

    async def close(self) -> None:
        """Say goodbye if anybody listens, and let go of the socket in any case."""
        if not self._disconnected.done():
            self._client.disconnect()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait((self._disconnected,), timeout=_FAREWELL_S)
        self.lose(ConnectionError("closed by this side"))
        self._abandon()

    async def ask_for(self, topic_filters: Sequence[str]) -> Sequence[ReasonCode | int]:
        """Subscribe with QoS 1; the broker's answer to each filter.

        Raises:
            aiomqtt.MqttError: the connection is lost, or no answer came in time.
        """
        if self.is_version_5:
            options = SubscribeOptions(qos=1)
            return await self.subscribe([(topic_filter, options) for topic_filter in topic_filters])
        return await self.subscribe([(topic_filter, 1) for topic_filter in topic_filters])

    async def confirm(self, topic: str, payload: bytes) -> ReasonCode:
        """Publish with QoS 1 and return the broker's answer, positive or negative.

        Raises:
            ConnectionError: the connection is lost, or no answer came in time (then it counts as lost too).
        """
        info = self._client.publish(topic, payload, qos=1)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            self.lose(ConnectionError(paho.error_string(info.rc)))
            raise self.cause_of_loss()
        answer: asyncio.Future[ReasonCode] = self._loop.create_future()
        self._pubacks[info.mid] = answer
        try:
            await asyncio.wait(
                (answer, self._disconnected),
                timeout=self._limits.answer_timeout_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            self._pubacks.pop(info.mid, None)
        if answer.done():
            return answer.result()
        self.lose(ConnectionError(f"no answer to a publish within {self._limits.answer_timeout_s:g} s"))
        raise self.cause_of_loss()

    async def next_message(self) -> paho.MQTTMessage:
        """The next message, not acknowledged yet.

        Raises:
            ConnectionError: the connection is lost and everything received has been taken.
        """
        if not self._inbox.empty():
            message = self._inbox.get_nowait()
            self._read_on()
            return message
        getter = asyncio.ensure_future(self._inbox.get())
        try:
            await asyncio.wait((getter, self._disconnected), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            getter.cancel()
            raise
        if getter.done():
            return getter.result()
        getter.cancel()
        raise self.cause_of_loss()

    def acknowledge(self, message: paho.MQTTMessage) -> None:
        """Tell the broker that the message has been dealt with; too late on a lost connection, then without effect."""
        if message.qos > 0 and not self._disconnected.done():
            self._client.ack(message.mid, message.qos)

    def _read_on(self) -> None:
        """Read again once half of what was too much has been taken."""
        if not self._is_reading and self._inbox.qsize() <= self._limits.inbound_max // 2:
            self._is_reading = True
            self._watch_readable()
            self._loop.call_soon(self._read)  # what TLS has decrypted already makes no socket readable

    def lose(self, cause: Exception) -> None:
        """Take the connection as lost from now on."""
        if not self._disconnected.done():
            self._disconnected.set_exception(cause)

    def cause_of_loss(self) -> ConnectionError:
        """Why the connection is lost, as far as anybody knows."""
        known = self.faults.last_error or self._disconnected.exception()
        return ConnectionError(str(known) if known is not None else "closed by the broker")

    def _abandon(self) -> None:
        self._is_abandoned = True
        self._client._sock_close()

    # --- aiomqtt's private hooks, corrected --------------------------------------------------------------------------

    def _client_connect(self) -> None:
        """Runs in a worker thread, where a cancelled `open` cannot stop it: then its late socket is closed."""
        super()._client_connect()
        if self._is_abandoned:
            self._loop.call_soon_threadsafe(self._client._sock_close)

    def _on_publish(
        self, client: paho.Client, userdata: Any, mid: int, reason_code: ReasonCode, properties: Properties
    ) -> None:
        answer = self._pubacks.pop(mid, None)
        if answer is not None and not answer.done():
            answer.set_result(reason_code)

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:
        if not _has_topic(message):
            self.lose(ConnectionError("the broker sends a topic that is no text"))
        elif not self._inbox.full():
            self._inbox.put_nowait(message)
        else:
            self.lose(ConnectionError("the broker sends more messages than were asked for"))

    def _on_disconnect(
        self,
        client: paho.Client,
        userdata: Any,
        flags: paho.DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        if not self._connected.done():  # aiomqtt would wait for its whole timeout
            if not self._is_abandoned:
                self._connected.set_exception(HungUpError("the connection was closed before it was accepted"))
            return
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_socket_open(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        """Runs in a worker thread. Our own reader takes the place of the one that aiomqtt has just asked for."""
        super()._on_socket_open(client, userdata, sock)
        self._loop.call_soon_threadsafe(self._watch_readable)

    def _watch_readable(self) -> None:
        sock = self._client.socket()
        if sock is not None and sock.fileno() >= 0:
            self._loop.add_reader(sock.fileno(), self._read)

    def _read(self) -> None:
        """Read what there is, until the inbox is full: then the broker has to wait."""
        try:
            while self._is_reading:
                self._client.loop_read()
                sock = self._client.socket()
                if sock is None:
                    return
                if self._inbox.qsize() >= self._limits.inbound_max:
                    self._is_reading = False
                    self._loop.remove_reader(sock.fileno())
                elif not (isinstance(sock, ssl.SSLSocket) and sock.pending()):
                    return
        except Exception as error:  # noqa: BLE001 - whatever ends the reading ends the connection
            self.lose(error)

    def _on_socket_register_write(self, client: paho.Client, userdata: Any, sock: socket.socket) -> None:
        """Watch the socket only if it is still open then: its number may already belong to another connection."""
        self._loop.call_soon_threadsafe(self._watch_writable, client, sock)

    def _watch_writable(self, client: paho.Client, sock: socket.socket) -> None:
        def write() -> None:
            try:
                client.loop_write()
            except OSError as error:
                self.lose(error)

        if client.socket() is sock and sock.fileno() >= 0:
            self._loop.add_writer(sock.fileno(), write)

    async def _misc_loop(self) -> None:
        try:
            await super()._misc_loop()
        except Exception as error:  # noqa: BLE001 - whatever stops the keepalive ends the connection, never silently
            self.lose(error)


_VERSION_3: Final[Mapping[str, Any]] = {"protocol": aiomqtt.ProtocolVersion.V311, "clean_session": True}


def _version_5(limits: LinkLimits) -> Mapping[str, Any]:
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.ReceiveMaximum = limits.inbound_max
    return {"protocol": aiomqtt.ProtocolVersion.V5, "clean_start": True, "properties": properties}


def _has_topic(message: paho.MQTTMessage) -> bool:
    """paho decodes the topic only when it is read."""
    try:
        return isinstance(message.topic, str)
    except UnicodeDecodeError:
        return False
