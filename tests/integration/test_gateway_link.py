"""The link with a real mosquitto over mutual TLS: state down, events up, each gateway in its own corner."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cloud.access_events.models import AccessEvent, RefusedEvent
from cloud.contracts import service as contracts
from cloud.database import Database
from cloud.desired_state import service as desired_state
from cloud.desired_state.service import GatewayProof
from cloud.sites import service as sites
from sync_protocol.journal_events import AccessTaken, LaneChanged, SealedEvent
from sync_protocol.messages import (
    CloudHeartbeat,
    Delta,
    EventBatch,
    EventRefused,
    EventsAcked,
    Refused,
    SnapshotChunk,
    StagedSnapshot,
    Welcome,
)
from sync_protocol.state_rows import is_policy_key
from sync_protocol.topics import up_topic
from tests.club import gateway_of
from tests.integration.site_stand import PATIENCE_S, ScriptedGateway, Stand, standing_site

NOISE = LaneChanged("lan_1", "ready")


@pytest.fixture
def stand(tmp_path: Path, database: Database) -> Iterator[Stand]:
    with standing_site(tmp_path, database) as stand:
        yield stand


@pytest.fixture
def sqlite_stand(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Stand]:
    """Where the database does not matter."""
    from cloud import bus

    (tmp_path / "tornello.db").write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{tmp_path}/tornello.db", dispatch=bus.dispatch)
    with standing_site(tmp_path, database) as stand:
        yield stand
    database.close()


def block_somebody(stand: Stand) -> str:
    with stand.club.database.transaction() as session:
        return stand.club.block(session, stand.club.add_member(session, card=7))


def head(stand: Stand) -> int:
    with stand.club.database.session() as session:
        return desired_state.head(session, stand.club.site_id).revision


def proof(stand: Stand, flag_id: str) -> list[GatewayProof]:
    with stand.club.database.session() as session:
        return desired_state.flag_proof(session, flag_id)


def stored_seqs(stand: Stand) -> list[int]:
    with stand.club.database.session() as session:
        return list(session.scalars(select(AccessEvent.seq).order_by(AccessEvent.id)))


async def until_proven(stand: Stand, flag_id: str) -> GatewayProof:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            (one,) = await asyncio.to_thread(proof, stand, flag_id)
            if one.state == "in_force":
                return one
            await asyncio.sleep(0.01)


def test_an_empty_gateway_gets_the_whole_state_and_then_each_change(stand: Stand) -> None:
    gateway = stand.add_gateway()
    first_flag = block_somebody(stand)

    async def converse() -> None:
        async with stand.link(), gateway.connected():
            await gateway.hello()
            welcome = await gateway.next(Welcome)
            assert (welcome.head_revision, welcome.acked_seq) == (4, -1)
            await gateway.reach(4)
            await gateway.applied()
            await until_proven(stand, first_flag)
            second_flag = await asyncio.to_thread(block_somebody_else, stand)
            delta = await gateway.next(Delta)
            assert (delta.from_revision, delta.to_revision) == (4, 5)
            assert proof(stand, second_flag)[0].state == "pending"
            await gateway.applied()
            assert (await until_proven(stand, second_flag)).wanted == "raised"

    asyncio.run(converse())
    kinds = {key.partition("/")[0] for key in gateway.rows}
    assert kinds == {"site", "zone", "lane", "credential", "entitlement", "flag"}


def block_somebody_else(stand: Stand) -> str:
    with stand.club.database.transaction() as session:
        return stand.club.block(session, stand.club.add_member(session, card=8))


def test_events_are_acknowledged_after_they_are_stored_and_stored_once(stand: Stand) -> None:
    gateway = stand.add_gateway()
    with stand.club.database.transaction() as session:
        member_id = stand.club.add_member(session)
        contract_id = stand.club.add_contract(session, member_id, visits_total=10)
    for _ in range(4):
        gateway.write(NOISE)
    gateway.write(AccessTaken("tap", "lan_1", "in", member_id, contract_id, spends_visit=True))

    async def converse() -> EventsAcked:
        async with stand.link(), gateway.connected():
            await gateway.hello()
            await gateway.send_events(0, 3)
            assert (await gateway.next(EventsAcked)).upto_seq == 2
            await gateway.send_events(4, 5)  # begins behind a hole
            assert (await gateway.next(EventsAcked)).upto_seq == 2
            await gateway.send_events(0, 5)
            acked = await gateway.next(EventsAcked)
            await gateway.reach(acked.counted_revision)
            return acked

    acked = asyncio.run(converse())
    assert (acked.upto_seq, acked.counted_revision) == (4, 5)
    assert stored_seqs(stand) == [0, 1, 2, 3, 4]
    with stand.club.database.session() as session:
        assert contracts.get(session, contract_id).visits_used == 1


def test_a_poisoned_event_is_refused_by_number_and_the_line_moves_on(stand: Stand) -> None:
    gateway = stand.add_gateway()

    async def converse() -> EventRefused:
        async with stand.link(), gateway.connected():
            await gateway.hello()
            await gateway.say(EventBatch("epoch1", (SealedEvent(0, b"\xc1\x00", bytes(32)),)))
            assert (await gateway.next(EventsAcked)).upto_seq == 0
            return await gateway.next(EventRefused)

    refused = asyncio.run(converse())
    assert refused.seq == 0
    with stand.club.database.session() as session:
        assert session.scalar(select(func.count()).select_from(RefusedEvent)) == 1


def test_a_broker_that_is_killed_costs_nothing(stand: Stand) -> None:
    gateway = stand.add_gateway()
    for _ in range(3):
        gateway.write(NOISE)

    async def converse() -> None:
        async with stand.link():
            async with gateway.connected():
                await gateway.hello()
                await gateway.next(Welcome)
                await gateway.send_events(0, 2)
                await gateway.next(EventsAcked)
                stand.broker.kill()
            flag_id = await asyncio.to_thread(block_somebody, stand)
            stand.broker.start()
            await until_welcome(gateway)
            async with gateway.connected():
                await gateway.hello()
                assert (await gateway.next(Welcome)).acked_seq == 1
                await gateway.reach(2)
                await gateway.applied()
                await until_proven(stand, flag_id)
                await gateway.send_events(0, 3)
                assert (await gateway.next(EventsAcked)).upto_seq == 2

    asyncio.run(converse())
    assert stored_seqs(stand) == [0, 1, 2]


async def until_welcome(gateway: ScriptedGateway) -> None:
    """Say hello until the cloud has found its way back to the broker."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with gateway.connected():
                gateway.received.clear()
                await gateway.hello()
                await asyncio.sleep(0.2)
                if any(isinstance(message, Welcome) for message in gateway.received):
                    gateway.received.clear()
                    return


def test_a_gateway_that_cannot_read_its_rows_gets_a_snapshot(sqlite_stand: Stand) -> None:
    stand = sqlite_stand
    gateway = stand.add_gateway()

    async def converse() -> None:
        async with stand.link(), gateway.connected():
            await gateway.hello()
            await gateway.reach(1)
            gateway.rows["flag/ghost"] = b"damage"
            gateway.received.clear()
            await gateway.hello(wants_snapshot=True)
            await gateway.next(SnapshotChunk)

    asyncio.run(converse())
    assert "flag/ghost" not in gateway.rows


def test_an_interrupted_snapshot_goes_on_where_it_stopped(sqlite_stand: Stand) -> None:
    stand = sqlite_stand
    gateway = stand.add_gateway()
    with stand.club.database.transaction() as session:
        for number in range(1500):
            stand.club.add_member(session, f"Member with a long name {number}")

    async def converse() -> tuple[SnapshotChunk, list[SnapshotChunk]]:
        async with stand.link(), gateway.connected():
            await gateway.hello()
            await gateway.reach(2)
            first = await gateway.next(SnapshotChunk)
            assert first.count > 2
            gateway.received.clear()
            gateway.revision = 0
            await gateway.hello(staged=StagedSnapshot(first.snapshot_id, 1))
            await gateway.reach(2)
            return first, [message for message in gateway.received if isinstance(message, SnapshotChunk)]

    first, rest = asyncio.run(converse())
    assert [chunk.index for chunk in rest] == list(range(1, first.count))
    assert {chunk.snapshot_id for chunk in rest} == {first.snapshot_id}


def test_a_heartbeat_is_answered_and_noted_and_a_lost_push_is_repeated(
    sqlite_stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = sqlite_stand
    gateway = stand.add_gateway()
    monkeypatch.setattr("cloud.gateway_link.gateway_session.RESEND_AFTER_S", 0.0)

    async def converse() -> None:
        async with stand.link(), gateway.connected():
            await gateway.hello()
            await gateway.reach(3)
            await asyncio.to_thread(block_somebody, stand)
            await gateway.reach(4)
            gateway.revision, gateway.rows = 3, {key: row for key, row in gateway.rows.items() if is_policy_key(key)}
            gateway.received.clear()
            await gateway.beat()
            beat = await gateway.next(CloudHeartbeat)
            assert beat.head_revision == 4
            await gateway.reach(4)

    asyncio.run(converse())
    with stand.club.database.session() as session:
        noted = gateway_of(session, gateway.gateway_id)
        assert sites.is_connected(noted, session.now)
        assert (noted.boot_id, noted.clock, noted.applied_revision) == ("boot1", "synced", 3)


@pytest.mark.parametrize(
    "payload",
    [b"\x93\x63\xa5hello\x80", b"garbage", b"", b"\x93\x01\xa5hello\x80"],
    ids=["version 99", "garbage", "nothing", "no fields"],
)
def test_what_cannot_be_read_is_refused_by_name(sqlite_stand: Stand, payload: bytes) -> None:
    gateway = sqlite_stand.add_gateway()

    async def converse() -> Refused:
        async with sqlite_stand.link(), gateway.connected():
            await gateway.hello()
            await gateway.say_bytes(up_topic(gateway.site_id, gateway.gateway_id, "hello"), payload)
            return await gateway.next(Refused)

    refused = asyncio.run(converse())
    assert (refused.kind, refused.known_version) == ("hello", 1)


def test_a_gateway_that_names_another_site_is_ignored_and_said_so_once(
    sqlite_stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = sqlite_stand.add_gateway()

    async def converse() -> None:
        async with sqlite_stand.link(), gateway.connected():
            gateway.write(NOISE)
            await gateway.hello()
            await gateway.next(Welcome)
            for _ in range(3):
                await gateway.say(EventBatch("epoch1", tuple(gateway.written)), site_id="sit_other")
            await gateway.send_events(0, 0)
            await gateway.next(EventsAcked)

    asyncio.run(converse())
    assert stored_seqs(sqlite_stand) == []
    assert caplog.text.count("sit_other") == 1


def test_a_replaced_gateway_is_told_so_and_gets_nothing_more(sqlite_stand: Stand) -> None:
    gateway = sqlite_stand.add_gateway()
    with sqlite_stand.club.database.session() as session:
        lane_id = gateway_of(session, gateway.gateway_id).lane_id

    async def converse() -> Refused:
        async with sqlite_stand.link(), gateway.connected():
            await gateway.hello()
            await gateway.reach(3)
            sqlite_stand.club.add_gateway(lane_id)
            await asyncio.to_thread(block_somebody, sqlite_stand)
            await gateway.beat()
            return await gateway.next(Refused)

    refused = asyncio.run(converse())
    assert "out of service" in refused.reason
    assert gateway.revision == 3
