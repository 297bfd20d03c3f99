"""A process's link to the broker: one connection, kept alive for ever, with everything that happens on it."""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from cloud.database import Database
from cloud.enrolment.authority import ROOT_FILE, OnlineAuthority
from cloud.gateway_link.command_sending import send_commands_for_ever
from cloud.gateway_link.expulsion import Expulsion
from cloud.gateway_link.gateway_session import Sender, Workshop
from cloud.gateway_link.ingester import Ingester
from cloud.gateway_link.publisher import publish_for_ever
from cloud.gateway_link.share import ALONE, DUTIES, NOBODY, Duty
from cloud.gateway_link.share_keeping import Membership, keep_share
from cloud.gateway_link.site_keys import SiteKeys, announce_for_ever
from cloud.gateway_link.state_source import StateSource
from cloud.gateway_link.threads import SLOTS, in_link_thread
from cloud.gateway_link.turn import await_turn, is_shared, keep_turn
from cloud.gateway_link.voices import Voices
from cloud.settings import Settings
from mqtt_client.backoff import Backoff
from mqtt_client.connection import LinkLimits
from mqtt_client.errors import LinkError
from mqtt_client.link_keeper import keep_linked
from mqtt_client.reliable_client import ReliableClient
from mqtt_client.tls import TlsFiles
from sync_protocol.codec import encode_message
from sync_protocol.messages import KIND_OF, Message
from sync_protocol.topics import cloud_filter, down_topic

CLIENT_ID: Final = "tornello-cloud"
NAME_CHARACTERS_MAX: Final = 64
_LIMITS: Final = LinkLimits(inbound_max=512, outbound_max=256)
_REPEATED_AFTER_S: Final = 300.0
_logger = logging.getLogger(__name__)


class SigningSender:
    """Signs each message with the site's key and publishes it to one gateway."""

    def __init__(self, client: ReliableClient, database: Database, secret: bytes) -> None:
        self._client = client
        self.keys = SiteKeys(database, secret)

    async def send(self, site_id: str, gateway_id: str, message: Message) -> None:
        """Publish a message.

        Raises:
            LinkLostError: the link is gone.
            PublishRefusedError: the broker does not take it.
        """
        signer = self.keys.known_signer(site_id)
        if signer is None:
            signer = await in_link_thread(lambda: self.keys.signer(site_id))
        topic = down_topic(site_id, gateway_id, KIND_OF[type(message)])
        await self._client.publish(topic, signer.sign(topic, encode_message(message)))


def has_link(settings: Settings) -> bool:
    """Whether the settings name everything that the link needs."""
    return bool(settings.authority_dir and settings.broker_certificate and settings.broker_key)


async def run_link(settings: Settings, database: Database, duties: frozenset[Duty] = DUTIES) -> None:
    """Keep the link until cancelled.

    On PostgreSQL processes with certificates of different names share the sites, and each does its `duties`; of those
    with the same name, and on SQLite of all, one keeps the link, and the others stand by.
    """
    membership = Membership(_broker_name(settings), duties)
    while True:
        turn = await await_turn(database, membership.name)
        linking = asyncio.create_task(_keep_link(settings, database, membership))
        keeping = asyncio.create_task(keep_turn(turn))
        try:
            await asyncio.wait((linking, keeping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            linking.cancel()
            keeping.cancel()
            await asyncio.gather(linking, keeping, return_exceptions=True)
            turn.end()
        if not linking.cancelled():
            linking.result()


def _broker_name(settings: Settings) -> str:
    """The common name of our certificate: brokers know their clients by it, whatever those call themselves."""
    assert settings.broker_certificate, "checked by `has_link`"
    try:
        certificate = x509.load_pem_x509_certificate(settings.broker_certificate.read_bytes())
    except (OSError, ValueError):
        return CLIENT_ID  # the connection will tell what is wrong with the file
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value)[:NAME_CHARACTERS_MAX] if names else CLIENT_ID


async def _keep_link(settings: Settings, database: Database, membership: Membership) -> None:
    assert settings.authority_dir, "checked by `has_link`"
    assert settings.broker_certificate, "checked by `has_link`"
    assert settings.broker_key, "checked by `has_link`"
    tls = TlsFiles(
        authority=settings.authority_dir / ROOT_FILE, certificate=settings.broker_certificate, key=settings.broker_key
    )
    report = _Reporter()
    authority_dir = settings.authority_dir
    expulsion = Expulsion(authority_dir, settings.broker)
    shared_by = membership if is_shared(database) else None

    def connect() -> ReliableClient:
        return ReliableClient(
            settings.broker.host,
            settings.broker.port,
            tls=tls,
            client_id=membership.name,
            subscriptions=[] if shared_by else [cloud_filter()],
            limits=_LIMITS,
        )

    async def serve(client: ReliableClient) -> None:
        sender = SigningSender(client, database, settings.secret)
        voices = Voices(database, lambda: OnlineAuthority.load(authority_dir))
        workshop = replace(build_workshop(database, sender, voices), expel=expulsion.expel)
        await serve_link(client, workshop, sender.keys, shared_by=shared_by, on_listening=report.listening)

    await keep_linked(connect, serve, backoff=Backoff(random.random), report=report)


def build_workshop(database: Database, sender: Sender, voices: Voices) -> Workshop:
    """What the sessions of a link share; gateways out of service keep their connections."""
    return Workshop(database, StateSource(database), sender, asyncio.Semaphore(SLOTS), voices)


async def serve_link(
    client: ReliableClient,
    workshop: Workshop,
    keys: SiteKeys,
    *,
    shared_by: Membership | None = None,
    on_listening: Callable[[], None] = lambda: None,
) -> None:
    """Serve one connection until it is lost; `keys` are what the workshop's sender signs with.

    With `shared_by` this process serves its share of the sites, and subscribes by itself; without, it serves them all.

    Raises:
        LinkError: always, in the end.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            ingester = Ingester(workshop, tasks, NOBODY if shared_by else ALONE)
            if shared_by:
                tasks.create_task(keep_share(workshop, ingester, client, shared_by, on_listening))
            else:
                await ingester.resume()
                on_listening()
            if shared_by is None or "publish" in shared_by.duties:
                tasks.create_task(publish_for_ever(workshop, ingester))
                tasks.create_task(send_commands_for_ever(workshop))
            tasks.create_task(announce_for_ever(workshop, ingester, keys))
            async for message in client.messages():
                await ingester.handle(message.topic, message)
    except BaseExceptionGroup as errors:
        lost, others = errors.split(LinkError)
        if lost is None or others is not None:
            raise
        raise _first(lost) from errors


def _first(errors: BaseExceptionGroup[LinkError]) -> LinkError:
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


class _Reporter:
    """Says once what is wrong, and again only when it changes or has lasted."""

    def __init__(self) -> None:
        self._last = ""
        self._said_at = 0.0

    def listening(self) -> None:
        self._last = ""
        _logger.info("linked to the broker")

    def __call__(self, error: LinkError, delay_s: float) -> None:
        text = str(error)
        if text != self._last or time.monotonic() - self._said_at > _REPEATED_AFTER_S:
            _logger.warning("%s; next attempt in %.1f s", text, delay_s)
            self._last, self._said_at = text, time.monotonic()
