"""The broker of the site itself: a second link, over which gateways hear each other while there is no cloud."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass

from gateway.service.loss_log import LossLog
from gateway.service.ports import LinkDownError
from gateway.service.sibling_ports import SideListener
from mqtt_client.backoff import Backoff
from mqtt_client.errors import LinkError
from mqtt_client.link_keeper import keep_linked
from mqtt_client.reliable_client import ReliableClient
from mqtt_client.tls import TlsFiles
from sync_protocol.topics import SideTopic, side_filter

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SiteBrokerAddress:
    """Where the broker is, and who we are to it."""

    host: str
    port: int
    site_id: str
    gateway_id: str


class SiteBrokerLink:
    """Implements the port `SideLink`; `tls_files` says at each attempt which certificate to show."""

    def __init__(self, address: SiteBrokerAddress, tls_files: Callable[[], TlsFiles]) -> None:
        self._address = address
        self._tls_files = tls_files
        self._client: ReliableClient | None = None
        self._losses = LossLog(logger)

    @property
    def is_connected(self) -> bool:
        return self._client is not None

    async def publish_side(self, topic: SideTopic, data: bytes) -> None:
        client = self._client
        if client is None:
            raise LinkDownError("not connected")
        try:
            await client.publish(str(topic), data)
        except LinkError as error:
            raise LinkDownError(str(error)) from error

    async def run(self, listener: SideListener) -> None:
        """Keep the link until cancelled."""

        async def serve(client: ReliableClient) -> None:
            self._client = client
            logger.info("connected to the site's broker at %s:%d", self._address.host, self._address.port)
            self._losses.tell_back(f"the site's broker at {self._address.host}:{self._address.port} is there")
            try:
                listener.handle_side_connected()
                async for inbound in client.messages():
                    listener.handle_side_message(inbound.topic, inbound.payload)
                    inbound.ack()
            finally:
                self._client = None

        await keep_linked(self._connect, serve, backoff=Backoff(random.random), report=self._report)

    def _connect(self) -> ReliableClient:
        address = self._address
        return ReliableClient(
            address.host,
            address.port,
            tls=self._tls_files(),
            client_id=address.gateway_id,
            subscriptions=[side_filter(address.site_id, address.gateway_id)],
        )

    def _report(self, failure: LinkError, delay_s: float) -> None:
        text = f"the site's broker: {failure}"
        self._losses.tell_loss(logging.WARNING, text, f"next attempt in {delay_s:.1f} s")
