"""Who owns the broker says to the cloud what they like, in any gateway's name; only gateways are believed."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from cloud import bus
from cloud.access_events import journal_faults
from cloud.access_events.models import AccessEvent
from cloud.database import Database
from mqtt_client.reliable_client import InboundMessage, ReliableClient
from mqtt_client.tls import TlsFiles
from provisioning.authority import issue_client_certificate
from sync_protocol.codec import encode_message
from sync_protocol.journal_events import GatewayStarted
from sync_protocol.messages import CloudHeartbeat, EventsAcked, Hello, OutboxRange, Welcome
from sync_protocol.topics import up_topic
from sync_protocol.up_seal import seal_up
from tests.club import gateway_of
from tests.in_loop import in_loop
from tests.integration.site_stand import ScriptedGateway, Stand, standing_site
from tests.integration.test_hostile_client import listening
from tests.voices import stranger

MALLORY = "tornello-cloud-8"


@pytest.fixture
def stand(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Stand]:
    (tmp_path / "tornello.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with standing_site(tmp_path, database) as stand:
        yield stand
    database.close()


@dataclass
class Scene:
    """The cloud's link, a gateway, and somebody who reads and writes all topics."""

    stand: Stand
    gateway: ScriptedGateway
    mallory: ReliableClient
    heard: list[InboundMessage]

    def stored(self) -> list[int]:
        with self.stand.club.database.session() as session:
            return list(session.scalars(select(AccessEvent.seq).order_by(AccessEvent.seq)))

    def faults(self) -> list[str]:
        with self.stand.club.database.session() as session:
            page = journal_faults.find_page(session, self.gateway.gateway_id, after=None, limit=50)
            return [fault.kind for fault in page.items]

    def applied_revision(self) -> int:
        with self.stand.club.database.session() as session:
            return gateway_of(session, self.gateway.gateway_id).applied_revision


@contextlib.asynccontextmanager
async def scene(stand: Stand) -> AsyncIterator[Scene]:
    folder, gateway = stand.folder, stand.add_gateway()
    issue_client_certificate(folder, MALLORY, file_name="mallory", now=datetime.now(UTC))
    tls = TlsFiles(folder / "root.pem", folder / "mallory.pem", folder / "mallory-key.pem")
    where = (stand.broker.host, stand.broker.port)
    mallory = ReliableClient(*where, tls=tls, client_id=MALLORY, subscriptions=["tornello/#"])
    async with stand.link(), mallory, listening(mallory) as heard, gateway.connected():
        yield Scene(stand, gateway, mallory, heard)


@in_loop
async def test_a_forged_hello_makes_nobody_forget_events(stand: Stand) -> None:
    async with scene(stand) as one:
        gateway = one.gateway
        await gateway.hello()
        await gateway.next(Welcome)
        for number in range(3):
            gateway.write(GatewayStarted(str(number), 1))
        topic = up_topic(gateway.site_id, gateway.gateway_id, "hello")
        forged = encode_message(
            Hello("boot1", "0.1.0", gateway.epoch, 99, b"", OutboxRange(900, 900), "synced", 0, nonce=b"forged")
        )
        genuine = next(each.payload for each in one.heard if each.topic == topic)
        await one.mallory.publish(topic, forged)
        await one.mallory.publish(topic, seal_up(topic, forged, 2**50, stranger(), shows_certificate=True))
        await one.mallory.publish(topic, genuine[: -len(forged)] + forged)
        await gateway.send_events(0, 3)
        assert (await gateway.next(EventsAcked)).upto_seq == 2
        assert one.stored() == [0, 1, 2]
        assert not any(isinstance(message, Welcome) for message in gateway.received)
        assert one.faults() == ["forged"], "staff are told, and no event is lost"


@in_loop
async def test_genuine_words_that_are_repeated_move_nothing(stand: Stand) -> None:
    async with scene(stand) as one:
        gateway = one.gateway
        await gateway.hello()
        await gateway.next(Welcome)
        await gateway.reach(3)
        gateway.write(GatewayStarted("1", 1))
        await gateway.send_events(0, 1)
        await gateway.next(EventsAcked)
        await gateway.applied()
        await gateway.beat()
        await gateway.next(CloudHeartbeat)
        recorded = [each for each in one.heard if "/up/" in each.topic]
        assert len(recorded) == 4
        gateway.received.clear()
        for message in (*recorded, *reversed(recorded)):
            await one.mallory.publish(message.topic, message.payload)
        await gateway.beat(1)
        await gateway.next(CloudHeartbeat)
        kinds = {type(message).__name__ for message in gateway.received}
        assert kinds == {"Refused"}, "nothing is confirmed, nobody is welcome"
        assert one.applied_revision() == gateway.revision
        assert one.stored() == [0]
        assert not one.faults()
