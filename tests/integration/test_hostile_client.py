"""Somebody with the certificate of another gateway, and somebody who owns the broker, try what an attacker would."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import aiomqtt
import pytest

from cloud import bus
from cloud.database import Database
from mqtt_client.errors import CertificateRefusedError, LinkError, PublishRefusedError, SubscriptionRefusedError
from mqtt_client.reliable_client import InboundMessage, ReliableClient
from mqtt_client.tls import TlsFiles, client_context
from sync_protocol.gate_commands import OpenOnce
from sync_protocol.journal_events import GatewayStarted
from sync_protocol.messages import DOWN_MESSAGES, UP_MESSAGES, Welcome
from sync_protocol.topics import down_topic, gateway_filter, up_topic
from tests.certificates import Authority
from tests.desired_state import club, flag_row
from tests.in_loop import in_loop
from tests.integration.site_stand import ScriptedGateway, Stand, standing_site
from tests.integration.test_gateway_commands import obey, order
from tests.integration.test_gateway_link import stored_seqs
from tests.integration.test_gateway_whole import site
from tests.mosquitto import Broker, running_broker
from tests.running_sync import running_sync
from tests.scripted_cloud import GATEWAY, SITE, ScriptedCloud

NOSY_FILTERS: Final = (
    "#",
    "+/#",
    "tornello/1/+/+/down/#",
    "tornello/1/+/+/up/#",
    "$SYS/#",
    "$share/spies/tornello/#",
    "$share/spies/#",
)


@pytest.fixture
def stand(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Stand]:
    (tmp_path / "tornello.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with standing_site(tmp_path, database) as stand:
        yield stand
    database.close()


def client_of(stand: Stand, gateway: ScriptedGateway, *filters: str) -> ReliableClient:
    broker = stand.broker
    return ReliableClient(
        broker.host, broker.port, tls=gateway.tls, client_id=gateway.gateway_id, subscriptions=filters
    )


async def listen(client: ReliableClient, heard: list[InboundMessage]) -> None:
    async for message in client.messages():
        heard.append(message)
        message.ack()


@contextlib.asynccontextmanager
async def listening(client: ReliableClient) -> AsyncIterator[list[InboundMessage]]:
    heard: list[InboundMessage] = []
    task = asyncio.ensure_future(listen(client, heard))
    yield heard
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def exchange(stand: Stand, victim: ScriptedGateway) -> None:
    """What gateway and cloud say to each other on any day."""
    await victim.hello()
    await victim.next(Welcome)
    await victim.reach(1)
    victim.write(GatewayStarted("1", 1))
    await victim.send_events(0, 1)
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(stored_seqs, stand):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("topic_filter", NOSY_FILTERS)
def test_no_filter_lets_a_gateway_hear_another(stand: Stand, topic_filter: str) -> None:
    victim, nosy = stand.add_gateway("Lane 1"), stand.add_gateway("Lane 2")

    async def attack() -> list[str]:
        spy = client_of(stand, nosy, topic_filter)
        try:
            await spy.__aenter__()
        except SubscriptionRefusedError:
            return []
        try:
            async with stand.link(), victim.connected(), listening(spy) as heard:
                await exchange(stand, victim)
                await asyncio.sleep(0.2)
            return [message.topic for message in heard if nosy.gateway_id not in message.topic]
        finally:
            await spy.__aexit__(None, None, None)

    assert asyncio.run(attack()) == []


def test_nothing_can_be_said_in_another_s_name_nor_in_the_cloud_s(stand: Stand) -> None:
    victim, nosy = stand.add_gateway("Lane 1"), stand.add_gateway("Lane 2")
    names = [victim.gateway_id, "gwy_nobody", "tornello-cloud"]
    forged = [up_topic(victim.site_id, name, kind) for name in names for kind in UP_MESSAGES]
    forged += [down_topic(victim.site_id, name, kind) for name in (*names, nosy.gateway_id) for kind in DOWN_MESSAGES]
    forged += ["tornello/1", "tornello/1/x", "tornello/2/a/b/up/hello", "$SYS/broker/version", "a"]

    async def attack() -> list[str]:
        taken = []
        async with client_of(stand, nosy) as client:
            for topic in forged:
                try:
                    await client.publish(topic, b"x")
                except PublishRefusedError:
                    continue
                taken.append(topic)
        return taken

    assert asyncio.run(attack()) == []


@contextlib.asynccontextmanager
async def raw_client(
    stand: Stand, gateway: ScriptedGateway, *, will: aiomqtt.Will | None = None
) -> AsyncIterator[aiomqtt.Client]:
    """A client without the good manners of ours."""
    context = client_context(gateway.tls)
    async with aiomqtt.Client(
        stand.broker.host,
        stand.broker.port,
        identifier=gateway.gateway_id,
        protocol=aiomqtt.ProtocolVersion.V5,
        tls_context=context,
        will=will,
        timeout=2.0,
    ) as client:
        yield client


def test_a_last_will_cannot_say_what_the_living_may_not(stand: Stand) -> None:
    victim, nosy = stand.add_gateway("Lane 1"), stand.add_gateway("Lane 2")
    will = aiomqtt.Will(down_topic(victim.site_id, victim.gateway_id, "delta"), b"x", qos=1)

    async def attack() -> list[InboundMessage]:
        async with client_of(stand, victim, gateway_filter(victim.site_id, victim.gateway_id)) as client:
            async with listening(client) as heard:
                with contextlib.suppress(aiomqtt.MqttError):
                    async with raw_client(stand, nosy, will=will) as client_with_will:
                        sock = client_with_will._client.socket()
                        assert isinstance(sock, socket.socket)
                        sock.shutdown(socket.SHUT_RDWR)  # it dies without a farewell
                await asyncio.sleep(0.3)
            return heard

    assert asyncio.run(attack()) == []


def test_the_broker_keeps_nothing_for_those_who_come_later(stand: Stand) -> None:
    nosy = stand.add_gateway("Lane 2")
    own = up_topic(nosy.site_id, nosy.gateway_id, "hello")

    async def attack() -> None:
        with contextlib.suppress(aiomqtt.MqttError):
            async with raw_client(stand, nosy) as client:
                await client.publish(own, b"retained", qos=1, retain=True)

    async def look() -> list[InboundMessage]:
        folder, broker = stand.folder, stand.broker
        tls = TlsFiles(folder / "root.pem", folder / "cloud.pem", folder / "cloud-key.pem")
        everything = ["tornello/#"]
        cloud = ReliableClient(broker.host, broker.port, tls=tls, client_id="tornello-cloud", subscriptions=everything)
        async with cloud, listening(cloud) as heard:
            await asyncio.sleep(0.3)
            return heard

    asyncio.run(attack())
    assert asyncio.run(look()) == []


@pytest.mark.parametrize("name", ["tornello-cloud", "another gateway"])
def test_a_gateway_cannot_push_anybody_off_by_taking_their_name(stand: Stand, name: str) -> None:
    victim, thief = stand.add_gateway(), stand.add_gateway("Lane 2")
    client_id = victim.gateway_id if name == "another gateway" else name

    async def converse() -> None:
        broker = stand.broker
        impostor = ReliableClient(broker.host, broker.port, tls=thief.tls, client_id=client_id, subscriptions=[])
        async with stand.link(), victim.connected(), impostor:
            await victim.hello()
            await victim.next(Welcome)

    asyncio.run(converse())


def test_a_certificate_of_another_authority_does_not_get_in(stand: Stand, tmp_path: Path) -> None:
    stranger = Authority.create(tmp_path / "other").issue("tornello-cloud")
    tls = TlsFiles(stand.folder / "root.pem", stranger.certificate, stranger.key)

    async def connect() -> None:
        broker = stand.broker
        async with ReliableClient(broker.host, broker.port, tls=tls, client_id="x", subscriptions=["tornello/1/#"]):
            pass

    with pytest.raises(CertificateRefusedError) as refused:
        asyncio.run(connect())
    assert refused.value.reason == "authority_unknown"


# --- who owns the broker: mosquitto without any access list ---


@contextlib.asynccontextmanager
async def wiretap(broker: Broker) -> AsyncIterator[tuple[ReliableClient, list[InboundMessage]]]:
    """Hears everything that goes over this broker."""
    client = ReliableClient(broker.host, broker.port, tls=None, client_id="mallory", subscriptions=["tornello/#"])
    async with client, listening(client) as heard:
        yield client, heard


def down(heard: list[InboundMessage]) -> list[InboundMessage]:
    return [message for message in heard if "/down/" in message.topic]


@in_loop
async def test_genuine_messages_that_are_repeated_turn_nothing_back(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(20), broker.port)
        async with (
            wiretap(broker) as (mallory, heard),
            cloud.running(),
            running_sync(tmp_path, cloud, broker.port) as sync,
        ):
            await cloud.until(lambda: cloud.applied() == 1)
            cloud.state.put(flag_row(1, 3))
            await cloud.push(1)
            await cloud.until(lambda: cloud.applied() == 2)
            cloud.state.delete("flag/flg_1")
            await cloud.push(2)
            await cloud.until(lambda: cloud.applied() == 3)
            recorded = down(list(heard))
            for message in (*recorded, *reversed(recorded)):
                await mallory.publish(message.topic, message.payload)
            sync.store.journal.append(GatewayStarted("1", 1))
            await cloud.until(lambda: sync.store.journal.acked_seq == 0)
            assert sync.store.state.applied_revision == 3
            assert sync.store.state.digest_root == cloud.state.digest_root


@in_loop
async def test_what_was_signed_for_another_gateway_or_another_kind_is_not_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(20), broker.port)
        async with (
            wiretap(broker) as (mallory, heard),
            cloud.running(),
            running_sync(tmp_path, cloud, broker.port) as sync,
        ):
            await cloud.until(lambda: cloud.applied() == 1)
            delta = next(message for message in down(heard) if message.topic.endswith("/snapshot"))
            other = down_topic(SITE, "gwy_b", "snapshot")
            signed_for_other = cloud.signer.sign(other, delta.payload[-40:])
            for kind in DOWN_MESSAGES:
                topic = down_topic(SITE, GATEWAY, kind)
                if kind != "snapshot":
                    await mallory.publish(topic, delta.payload)
                await mallory.publish(topic, signed_for_other)
            expected = 2 * len(DOWN_MESSAGES) - 1
            await cloud.until(lambda: caplog.text.count("SignatureInvalidError") >= expected)
            assert sync.store.state.applied_revision == 1
            assert sync.link.is_connected, "noise costs a line in the log and nothing else"


@in_loop
async def test_retained_messages_of_the_past_greet_a_gateway_in_vain(tmp_path: Path) -> None:
    """An owner of the broker keeps an old state ready for whoever connects."""
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(20), broker.port)
        async with cloud.running():
            async with wiretap(broker) as (_, heard), running_sync(tmp_path, cloud, broker.port):
                await cloud.until(lambda: cloud.applied() == 1)
                recorded = down(list(heard))
                cloud.state.put(flag_row(1, 3))
                await cloud.push(1)
                await cloud.until(lambda: cloud.applied() == 2)
            async with aiomqtt.Client(broker.host, broker.port, identifier="keeper") as keeper:
                for message in recorded:
                    await keeper.publish(message.topic, message.payload, qos=1, retain=True)
            hellos = len(cloud.heard)
            async with running_sync(tmp_path, cloud, broker.port) as sync:
                await cloud.until(lambda: sync.session.is_welcome and len(cloud.heard) > hellos)
                sync.store.journal.append(GatewayStarted("1", 1))
                await cloud.until(lambda: sync.store.journal.acked_seq == 0)
                assert sync.store.state.applied_revision == 2
                assert sync.store.state.digest_root == cloud.state.digest_root


@in_loop
async def test_a_command_that_is_recorded_opens_nothing_again(tmp_path: Path) -> None:
    """Not at once, not as a retained message, not after the gateway has connected anew."""
    async with site(tmp_path) as (gateway, cloud, _broker):
        command = order(cloud, OpenOnce("in"))
        assert await obey(cloud, command) == "done"
        await gateway.turnstile.until(lambda: gateway.turnstile.pulses == ["in"])
        gateway.turnstile.rotate("in")
        for _ in range(3):
            await cloud.send(command)
        fresh = order(cloud, OpenOnce("out"))
        assert await obey(cloud, fresh) == "done", "everything before it has been judged"
        await gateway.turnstile.until(lambda: gateway.turnstile.pulses == ["in", "out"])


@in_loop
async def test_topics_and_bytes_of_any_kind_cost_the_gateway_nothing(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(20), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync, wiretap(broker) as (mallory, _):
            await cloud.until(lambda: cloud.applied() == 1)
            base = down_topic(SITE, GATEWAY, "delta").removesuffix("delta")
            for kind in ("", "x", "delta/more", "DELTA", "\u00e9\u4e2d", "a" * 500, "hello", "welcome"):
                for payload in (b"", b"\x00" * 80, b"\xc1" * 2000, bytes(60_000)):
                    with contextlib.suppress(LinkError):
                        await mallory.publish(base + kind, payload)
            sync.store.journal.append(GatewayStarted("1", 1))
            await cloud.until(lambda: sync.store.journal.acked_seq == 0)
            assert sync.store.state.applied_revision == 1
