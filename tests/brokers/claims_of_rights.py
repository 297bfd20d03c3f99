"""What a broker lets a client do: who gets in, who hears what, who speaks as whom. See `claims`."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

import aiomqtt
from cryptography import x509

from cloud.enrolment.revocation_list import RevocationFile
from cloud.gateway_link.expulsion import Expulsion
from cloud.settings import Address
from mqtt_client.connection import LinkLimits
from mqtt_client.errors import BrokerUnreachableError, LinkError, PublishRefusedError, SubscriptionRefusedError
from mqtt_client.tls import TlsFiles, client_context
from sync_protocol.messages import Welcome
from sync_protocol.topics import down_topic, gateway_filter, up_topic
from tests.brokers.claims import QUIET_S, Claim
from tests.brokers.site import TrialSite, listening
from tests.brokers.trial_broker import revocation_list
from tests.certificates import Authority
from tests.integration.site_stand import ScriptedGateway

NOSY_FILTERS: Final = ("#", "+/#", "tornello/1/+/+/down/#", "tornello/1/+/+/up/#", "$SYS/#", "$share/spies/tornello/#")
KEEPALIVE_S: Final = 2
UNACKNOWLEDGED: Final = 8


async def strangers_stay_out(site: TrialSite) -> str:
    stranger = Authority.create(site.stand.folder / "stranger").issue("tornello-cloud")
    tls = TlsFiles(site.stand.folder / "root.pem", stranger.certificate, stranger.key)
    try:
        async with site.client(tls, "stranger"):
            return "got in"
    except BrokerUnreachableError as error:
        return f"kept out, but not told why: {error}"
    except LinkError:
        return ""


async def nobody_hears_another(site: TrialSite) -> str:
    victim, nosy = site.take_gateway(), site.take_gateway()
    topic = down_topic(victim.site_id, victim.gateway_id, "delta")
    filters = (*NOSY_FILTERS, gateway_filter(victim.site_id, victim.gateway_id))
    overheard: list[str] = []
    for topic_filter in filters:
        with contextlib.suppress(LinkError):
            async with listening(site.client(nosy.tls, nosy.gateway_id, topic_filter)) as heard:
                async with site.cloud_client() as cloud:
                    await cloud.publish(topic, b"x")
                    await asyncio.sleep(QUIET_S / 4)
                overheard += [topic_filter for message in heard if nosy.gateway_id not in message.topic]
    return "heard with " + ", ".join(overheard) if overheard else ""


def _forged(victim: ScriptedGateway, nosy: ScriptedGateway) -> list[str]:
    return [
        up_topic(victim.site_id, victim.gateway_id, "hello"),
        down_topic(victim.site_id, victim.gateway_id, "delta"),
        down_topic(nosy.site_id, nosy.gateway_id, "delta"),
        up_topic(victim.site_id, "tornello-cloud", "hello"),
        "tornello/1/x",
    ]


async def nobody_speaks_as_another(site: TrialSite) -> str:
    """Neither alive nor by a last will."""
    victim, nosy = site.take_gateway(), site.take_gateway()
    async with listening(site.cloud_client("tornello/1/#")) as heard:
        for topic in _forged(victim, nosy):
            with contextlib.suppress(LinkError):
                async with site.client(nosy.tls, nosy.gateway_id, limits=LinkLimits(answer_timeout_s=2.0)) as client:
                    await client.publish(topic, b"alive")
            will = aiomqtt.Will(topic, b"dead", qos=1)
            with contextlib.suppress(aiomqtt.MqttError):
                async with _raw_client(site, nosy, will=will) as raw:
                    _socket(raw).shutdown(socket.SHUT_RDWR)
        await asyncio.sleep(QUIET_S)
        taken = [f"{message.topic} ({message.payload.decode()})" for message in heard]
    return "taken: " + ", ".join(taken) if taken else ""


async def the_silent_are_cut(site: TrialSite) -> str:
    """A client that says nothing for one and a half times its keepalive."""
    gateway = site.take_gateway()
    async with _raw_client(site, gateway, keepalive=KEEPALIVE_S) as client:
        assert client._misc_task is not None, "what sends the pings"
        client._misc_task.cancel()
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        try:
            async with asyncio.timeout(4 * KEEPALIVE_S):
                await client._disconnected
        except TimeoutError:
            return f"still connected after {4 * KEEPALIVE_S} s"
        except aiomqtt.MqttError:
            pass
        return "" if loop.time() - began_s >= KEEPALIVE_S else "cut before its time"


async def refused_publishes_are_told(site: TrialSite) -> str:
    victim, nosy = site.take_gateway(), site.take_gateway()
    limits = LinkLimits(answer_timeout_s=3.0)
    try:
        async with site.client(nosy.tls, nosy.gateway_id, limits=limits) as client:
            await client.publish(up_topic(victim.site_id, victim.gateway_id, "hello"), b"x")
    except PublishRefusedError:
        return ""
    except LinkError as error:
        return f"the connection ends: {error}"
    return "confirmed like any other"


async def refused_subscriptions_are_told(site: TrialSite) -> str:
    victim, nosy = site.take_gateway(), site.take_gateway()
    try:
        async with site.client(nosy.tls, nosy.gateway_id, gateway_filter(victim.site_id, victim.gateway_id)):
            return "granted"
    except SubscriptionRefusedError:
        return ""
    except LinkError as error:
        return f"the connection ends: {error}"


async def names_cannot_be_taken(site: TrialSite) -> str:
    """With a valid certificate of its own a client calls itself as another does."""
    victim, thief = site.take_gateway(), site.take_gateway()
    try:
        async with site.stand.link(), victim.connected():
            with contextlib.suppress(LinkError):
                async with site.client(thief.tls, victim.gateway_id):
                    await asyncio.sleep(QUIET_S / 4)
            await victim.hello()
            await victim.next(Welcome)
    except (LinkError, TimeoutError) as error:
        return f"the victim is pushed off: {error}"
    return ""


async def gateways_can_be_cut(site: TrialSite) -> str:
    """The cloud takes the connection of a gateway that is out of service over, under the gateway's name."""
    gateway = site.take_gateway()
    expulsion = Expulsion(site.stand.folder, Address(site.broker.host, site.broker.port))
    async with site.client(gateway.tls, gateway.gateway_id) as client:
        await expulsion.expel(gateway.gateway_id)
        try:
            async with asyncio.timeout(5):
                await anext(client.messages())
        except LinkError:
            return ""
        except TimeoutError:
            return "it stays connected"
    return "it hears something"


async def revoked_certificates_stay_out(site: TrialSite) -> str:
    revoked, other = site.take_gateway(), site.take_gateway()
    certificate = x509.load_pem_x509_certificate(revoked.tls.certificate.read_bytes())
    file = RevocationFile(revocation_list(site.stand.folder))
    now = datetime.now(UTC)
    file.update(site.stand.authority, {f"{certificate.serial_number:x}": now}, now)
    site.broker.read_revocations()
    await asyncio.sleep(QUIET_S)
    async with site.client(other.tls, other.gateway_id):
        pass
    try:
        async with site.client(revoked.tls, revoked.gateway_id):
            return "got in"
    except BrokerUnreachableError as error:
        return f"kept out, but not told why: {error}"
    except LinkError:
        return ""


async def nothing_is_retained(site: TrialSite) -> str:
    gateway = site.take_gateway()
    topic = up_topic(gateway.site_id, gateway.gateway_id, "hello")
    with contextlib.suppress(aiomqtt.MqttError):
        async with _raw_client(site, gateway) as client:
            await client.publish(topic, b"retained", qos=1, retain=True)
    async with listening(site.cloud_client(topic)) as heard:
        await asyncio.sleep(QUIET_S)
        return "kept, and told to whoever subscribes" if heard else ""


async def the_unacknowledged_are_bounded(site: TrialSite) -> str:
    gateway, count = site.take_gateway(), 200
    topic = up_topic(gateway.site_id, gateway.gateway_id, "hello")
    limits = LinkLimits(inbound_max=UNACKNOWLEDGED, outbound_max=count)
    async with (
        site.cloud_client("tornello/1/#", limits=limits) as cloud,
        site.client(gateway.tls, gateway.gateway_id) as client,
    ):
        for _ in range(count):
            await client.publish(topic, b"x")
        came, stream = 0, cloud.messages()
        with contextlib.suppress(TimeoutError):
            while came < count:
                await asyncio.wait_for(anext(stream), QUIET_S)
                came += 1
    return "" if came <= UNACKNOWLEDGED else f"{came} of {count} come, none of them acknowledged"


@contextlib.asynccontextmanager
async def _raw_client(
    site: TrialSite, gateway: ScriptedGateway, *, will: aiomqtt.Will | None = None, keepalive: int = 60
) -> AsyncIterator[aiomqtt.Client]:
    """A client without the good manners of ours."""
    async with aiomqtt.Client(
        site.broker.host,
        site.broker.port,
        identifier=gateway.gateway_id,
        protocol=aiomqtt.ProtocolVersion.V311,
        tls_context=client_context(gateway.tls),
        will=will,
        keepalive=keepalive,
        timeout=5.0,
    ) as client:
        yield client


def _socket(client: aiomqtt.Client) -> socket.socket:
    sock = client._client.socket()
    assert isinstance(sock, socket.socket)
    return sock


RIGHTS: Final = (
    Claim("a certificate of another authority does not get in, and is told so", strangers_stay_out),
    Claim("nobody hears another", nobody_hears_another),
    Claim("nobody speaks as another, alive or by a last will", nobody_speaks_as_another),
    Claim("a client that falls silent is cut", the_silent_are_cut),
    Claim("a subscription that is refused is told", refused_subscriptions_are_told, is_needed=False),
    Claim("the cloud can cut a gateway's connection", gateways_can_be_cut),
    Claim("a revoked certificate does not get in, and is told so", revoked_certificates_stay_out, is_needed=False),
    Claim("a publish that is refused is told", refused_publishes_are_told, is_needed=False),
    Claim("the client id belongs to the certificate", names_cannot_be_taken, is_needed=False),
    Claim("nothing is retained", nothing_is_retained, is_needed=False),
    Claim("no more comes unacknowledged than the client takes", the_unacknowledged_are_bounded, is_needed=False),
)
