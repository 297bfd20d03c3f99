"""The contract over three NATS servers that know MQTT 3.1.1 alone: the same conversation, also when one is killed."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from cloud import bus
from cloud.access_events.models import AccessEvent
from cloud.database import Database
from cloud.enrolment.authority import OnlineAuthority
from mqtt_client.errors import LinkError, SubscriptionRefusedError
from mqtt_client.reliable_client import ReliableClient
from provisioning.authority import create_authority, issue_client_certificate, issue_server_certificate
from sync_protocol.journal_events import LaneChanged
from sync_protocol.messages import EventsAcked, Refused, Welcome
from sync_protocol.topics import gateway_filter, up_topic
from tests.club import Club
from tests.integration.site_stand import ScriptedGateway, Stand
from tests.mosquitto import Broker
from tests.nats_cluster import NatsCluster, Rights, running_cluster
from tests.product_broker import ProductBroker

EVENTS = 60
BATCH = 20
PATIENCE_S = 60.0
"""A cluster that has lost a node elects new leaders for some seconds."""


@dataclass
class Clustered:
    """The cloud at the second node, two gateways at the first."""

    stand: Stand
    cluster: NatsCluster
    one: ScriptedGateway
    other: ScriptedGateway

    def at(self, node: int) -> Broker:
        """Where a node is."""
        return Broker(self.stand.folder, port=self.cluster.ports[node])


@pytest.fixture
def clustered(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Clustered]:
    (tmp_path / "tornello.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    now = datetime.now(UTC)
    authority = create_authority(tmp_path, "Test club", "a long passphrase", now)
    issue_server_certificate(tmp_path, ["localhost"], ["127.0.0.1"], file_name="broker", now=now)
    issue_client_certificate(tmp_path, "tornello-cloud", file_name="cloud", now=now)
    stand = _stand(tmp_path, database, authority)
    gateways = [stand.add_gateway(), stand.add_gateway("Lane 2")]
    users = {"urn:tornello:client:tornello-cloud": Rights(("tornello.1.>",), ("tornello.1.>",))}
    for gateway in gateways:
        users[f"urn:tornello:site:{gateway.site_id}:gateway:{gateway.gateway_id}"] = Rights(
            (f"tornello.1.*.{gateway.gateway_id}.up.>",), (f"tornello.1.*.{gateway.gateway_id}.down.>",)
        )
    with running_cluster(tmp_path / "nats", tmp_path, users) as cluster:
        stand.broker.port = cluster.ports[1]
        first = Broker(tmp_path, port=cluster.ports[0])
        one, other = (replace(gateway, broker=first) for gateway in gateways)
        yield Clustered(stand, cluster, one, other)
    database.close()


def _stand(folder: Path, database: Database, authority: OnlineAuthority) -> Stand:
    return Stand(Club.found(database), folder, authority, ProductBroker(folder / "none", authority=folder))


async def upload(gateway: ScriptedGateway, until: int) -> None:
    """Say Hello, then send events until all are acknowledged; whatever is lost on the way is said again."""
    acked = -1
    async with asyncio.timeout(PATIENCE_S):
        while acked < until - 1:
            with contextlib.suppress(TimeoutError, LinkError):
                async with gateway.connected():
                    await gateway.hello()
                    acked = (await gateway.next(Welcome)).acked_seq
                    while acked < until - 1:
                        await gateway.send_events(acked + 1, min(acked + 1 + BATCH, until))
                        acked = (await gateway.next(EventsAcked)).upto_seq


def stored(clustered: Clustered, gateway: ScriptedGateway) -> list[int]:
    with clustered.stand.club.database.session() as session:
        query = select(AccessEvent.seq).where(AccessEvent.gateway_id == gateway.gateway_id).order_by(AccessEvent.id)
        return list(session.scalars(query))


def test_a_gateway_goes_on_at_another_node_when_its_own_is_killed(clustered: Clustered) -> None:
    gateway = clustered.one
    for _ in range(EVENTS):
        gateway.write(LaneChanged("lan_1", "ready"))

    async def converse() -> None:
        async with clustered.stand.link():
            await upload(gateway, EVENTS // 2)
            assert gateway.revision > 0, "the state came down"
            clustered.cluster.kill(0)
            gateway.broker = clustered.at(2)
            await upload(gateway, EVENTS)

    asyncio.run(converse())
    assert stored(clustered, gateway) == list(range(EVENTS))


def test_nobody_speaks_or_hears_under_another_name(clustered: Clustered) -> None:
    victim, thief = clustered.one, clustered.other

    async def converse() -> None:
        async with clustered.stand.link(), thief.connected(), victim.connected():
            await thief.say_bytes(up_topic(victim.site_id, victim.gateway_id, "hello"), b"no Hello")
            await victim.hello()
            await victim.next(Welcome)
            assert not any(isinstance(message, Refused) for message in victim.received), "the forged one arrived"
            await victim.say_bytes(up_topic(victim.site_id, victim.gateway_id, "hello"), b"no Hello")
            await victim.next(Refused)
            ear = ReliableClient(
                clustered.cluster.host,
                clustered.cluster.ports[2],
                tls=thief.tls,
                client_id="ear",
                subscriptions=[gateway_filter(victim.site_id, victim.gateway_id)],
            )
            with pytest.raises(SubscriptionRefusedError):
                async with ear:
                    pass

    asyncio.run(converse())
