"""The gateway's sync against a real mosquitto and a scripted cloud: what must hold whatever breaks in between."""

import asyncio
import logging
from functools import partial
from pathlib import Path

import pytest

from gateway.service import cloud_session, event_upload
from mqtt_client.connection import LinkLimits
from sync_protocol import messages as m
from sync_protocol.journal_events import GapRecorded, GatewayStarted
from sync_protocol.signing import SiteSigner
from sync_protocol.topics import down_topic
from tests.desired_state import club, credential_hash_of, flag_row
from tests.in_loop import in_loop
from tests.journal_series import taken
from tests.mosquitto import running_broker
from tests.running_sync import RunningSync, running_sync
from tests.scripted_cloud import GATEWAY, SITE, ScriptedCloud


def revisions_of(sync: RunningSync) -> int:
    return sync.store.state.applied_revision


def has_stored(cloud: ScriptedCloud, sync: RunningSync, seq: int) -> bool:
    return cloud.ledger.acked(sync.store.journal.epoch) >= seq


def seqs(cloud: ScriptedCloud, sync: RunningSync) -> list[int]:
    return [event.seq for event in cloud.ledger.events.get(sync.store.journal.epoch, [])]


@in_loop
async def test_an_empty_gateway_gets_the_whole_state_and_reports_it(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(3000), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            await cloud.until(lambda: cloud.applied() == 1)
            assert sync.store.state.digest_root == cloud.state.digest_root
            assert sync.clock.trust == "synced"
            view = sync.store.gate_reader.find_gate_view(credential_hash_of(2999))
            assert view.credential is not None
            assert view.last_contact_at is not None


@in_loop
async def test_a_flag_comes_in_force_by_a_pushed_delta(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(10), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            await cloud.until(lambda: cloud.applied() == 1)
            cloud.state.put(flag_row(1, 3))
            await cloud.push(1)
            await cloud.until(lambda: cloud.applied() == 2)
            assert len(sync.store.gate_reader.find_gate_view(credential_hash_of(3)).flags) == 1


@in_loop
async def test_a_lost_push_is_mended_by_the_next_one(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(10), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port):
            await cloud.until(lambda: cloud.applied() == 1)
            cloud.state.put(flag_row(1, 3))
            cloud.state.put(flag_row(2, 3))
            await cloud.push(2)
            await cloud.until(lambda: cloud.applied() == 3)


@in_loop
async def test_a_lost_push_is_mended_by_the_heartbeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_session, "HEARTBEAT_EVERY_S", 0.5)
    monkeypatch.setattr(cloud_session, "TICK_S", 0.1)
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(10), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port):
            await cloud.until(lambda: cloud.applied() == 1)
            cloud.state.put(flag_row(1, 3))
            await cloud.until(lambda: cloud.applied() == 2)


@in_loop
async def test_a_snapshot_goes_on_after_a_restart_of_the_broker_between_its_chunks(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(3000), broker.port)
        cloud.chunk_bytes, cloud.chunks_allowed = 8_000, 7
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            await cloud.until(lambda: sync.store.state.staged is not None and sync.store.state.staged.next_index == 7)
            broker.kill()
            cloud.chunks_allowed = None
            broker.start()
            await cloud.until(lambda: cloud.applied() == 1)
            hellos = [heard for heard in cloud.heard if isinstance(heard, m.Hello)]
            assert hellos[-1].staged == m.StagedSnapshot("snap1", 7)


@in_loop
async def test_a_state_that_silently_differs_is_mended_by_the_buckets_that_differ(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(10), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            await cloud.until(lambda: cloud.applied() == 1)
            other = club(11)
            cloud.state = other
            await cloud.send(m.CloudHeartbeat(0, 1, other.digest_root))
            await cloud.until(lambda: sync.store.state.digest_root == other.digest_root)
            assert any(isinstance(heard, m.StateBuckets) for heard in cloud.heard)
            assert not any(isinstance(heard, m.Hello) and heard.wants_snapshot for heard in cloud.heard)
    assert "differs from the cloud's" in caplog.text


@in_loop
async def test_events_reach_the_cloud_and_leave_the_gateway(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(1), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            for number in range(2000):
                sync.store.journal.append(GatewayStarted("1", number))
            await cloud.until(lambda: sync.store.journal.acked_seq == 1999)
            assert seqs(cloud, sync) == list(range(2000))
            assert cloud.ledger.duplicates == 0
            assert sync.store.journal.outbox == m.OutboxRange(2000, 2000)


@in_loop
async def test_events_are_stored_exactly_once_while_the_broker_is_killed_again_and_again(tmp_path: Path) -> None:
    total = 6000
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(1), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            for kill in range(1, 4):
                for number in range(total // 3):
                    sync.store.journal.append(GatewayStarted("1", number))
                await cloud.until(partial(has_stored, cloud, sync, total // 3 * (kill - 1) + 300))
                broker.kill()
                broker.start()
            await cloud.until(lambda: sync.store.journal.acked_seq == total - 1)
            assert seqs(cloud, sync) == list(range(total))


@in_loop
async def test_events_of_an_outage_arrive_after_a_restart_of_the_gateway(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(1), broker.port)
        async with cloud.running():
            broker.kill()
            async with running_sync(tmp_path, cloud, broker.port) as sync:
                for number in range(500):
                    sync.store.journal.append(GatewayStarted("1", number))
                await sync.store.journal.flushed()
            broker.start()
            async with running_sync(tmp_path, cloud, broker.port) as sync:
                await cloud.until(lambda: sync.store.journal.acked_seq == 499)
                assert seqs(cloud, sync) == list(range(500))


@in_loop
async def test_unanswered_batches_are_sent_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_upload, "RESEND_AFTER_S", 0.3)
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(1), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            await cloud.until(lambda: sync.session.is_welcome)
            cloud.is_silent = True
            for number in range(1000):
                sync.store.journal.append(GatewayStarted("1", number))
            await cloud.until(lambda: sum(isinstance(h, m.EventBatch) for h in cloud.heard) >= 8)
            assert seqs(cloud, sync) == []
            cloud.is_silent = False
            await cloud.until(lambda: sync.store.journal.acked_seq == 999)
            assert seqs(cloud, sync) == list(range(1000))


@in_loop
async def test_a_refused_event_is_put_aside_and_the_line_moves_on(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(1), broker.port)
        cloud.refuse_seq = 5
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            for number in range(50):
                sync.store.journal.append(GatewayStarted("1", number))
            await cloud.until(lambda: sync.store.journal.acked_seq == 49)


@in_loop
async def test_an_old_copy_of_a_card_does_not_reuse_numbers(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(1), broker.port)
        async with cloud.running():
            async with running_sync(tmp_path / "card", cloud, broker.port) as sync:
                first_epoch = sync.store.journal.epoch
                for number in range(10):
                    sync.store.journal.append(GatewayStarted("1", number))
                await cloud.until(lambda: sync.store.journal.acked_seq == 9)
            (tmp_path / "copy").mkdir()
            for name in ("journal.db", "entitlements.db"):
                (tmp_path / "copy" / name).write_bytes((tmp_path / "card" / name).read_bytes())
            async with running_sync(tmp_path / "card", cloud, broker.port) as sync:
                for number in range(5):
                    sync.store.journal.append(GatewayStarted("1", number))
                await cloud.until(lambda: sync.store.journal.acked_seq == 14)
            async with running_sync(tmp_path / "copy", cloud, broker.port) as sync:
                sync.store.journal.append(GatewayStarted("copy", 0))
                await cloud.until(
                    lambda: sync.store.journal.epoch != first_epoch and sync.store.journal.acked_seq >= 10
                )
                bodies = [event.body for event in cloud.ledger.events[sync.store.journal.epoch]]
                assert bodies == [GapRecorded(0, {"earlier_epoch": 10}), GatewayStarted("copy", 0)]


@in_loop
async def test_visits_stop_counting_when_the_state_contains_them(tmp_path: Path) -> None:
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(1), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            await cloud.until(lambda: cloud.applied() == 1)
            cloud.state.put(flag_row(1, 0))
            sync.store.journal.append(taken("ctr_a"))
            await cloud.until(lambda: sync.store.journal.acked_seq == 0)
            assert sync.store.journal.visits_spent("ctr_a") == 1
            await cloud.push(1)
            await cloud.until(lambda: sync.store.journal.visits_spent("ctr_a") == 0)


@in_loop
async def test_only_the_sites_own_words_are_believed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(10), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            await cloud.until(lambda: cloud.applied() == 1)
            genuine, cloud.signer = cloud.signer, SiteSigner(b"\x08" * 32)
            cloud.state.put(flag_row(1, 3))
            await cloud.push(1)
            cloud.signer = genuine
            other_topic = down_topic(SITE, GATEWAY, "snapshot")
            signed_for_delta = genuine.sign(down_topic(SITE, GATEWAY, "delta"), b"x")
            for payload in (b"", b"\xff" * 100, signed_for_delta, genuine.sign(other_topic, b"\x93\x02\xa1x\xc0")):
                await cloud.send_bytes(other_topic, payload)
            await cloud.send(m.CloudHeartbeat(0, 1, sync.store.state.digest_root), kind="heartbeat")
            await cloud.until(lambda: "version 2" in caplog.text)
            assert revisions_of(sync) == 1
            await cloud.push(1)
            await cloud.until(lambda: cloud.applied() == 2)
    assert caplog.text.count("UnknownSigningKeyError") == 1
    assert caplog.text.count("SignatureInvalidError") == 1
    assert caplog.text.count("MalformedMessageError") == 2


@in_loop
async def test_a_cloud_that_falls_silent_makes_the_gateway_connect_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cloud_session, "SILENCE_MAX_S", 0.5)
    monkeypatch.setattr(cloud_session, "TICK_S", 0.1)
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(1), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port) as sync:
            await cloud.until(lambda: sync.session.is_welcome)
            cloud.is_silent = True
            await cloud.until(lambda: not sync.session.is_welcome)
            cloud.is_silent = False
            await cloud.until(lambda: sync.session.is_welcome)
    assert "has not said anything" in caplog.text


@in_loop
async def test_a_half_open_link_is_noticed_and_mended(tmp_path: Path) -> None:
    limits = LinkLimits(keepalive_s=1, answer_timeout_s=1.0)
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(1), broker.port)
        async with cloud.running(), running_sync(tmp_path, cloud, broker.port, limits=limits) as sync:
            await cloud.until(lambda: sync.session.is_welcome)
            broker.freeze()
            async with asyncio.timeout(30):
                while sync.link.is_connected:
                    await asyncio.sleep(0.05)
            sync.store.journal.append(GatewayStarted("1", 0))
            broker.thaw()
            await cloud.until(lambda: sync.store.journal.acked_seq == 0)


@in_loop
async def test_a_cloud_that_comes_later_is_greeted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_session, "UNANSWERED_HELLO_S", 0.1)
    monkeypatch.setattr(cloud_session, "HELLO_EVERY_S", 0.1)
    monkeypatch.setattr(cloud_session, "TICK_S", 0.1)
    with running_broker(tmp_path / "broker") as broker:
        cloud = ScriptedCloud(club(1), broker.port)
        async with running_sync(tmp_path, cloud, broker.port) as sync:
            async with asyncio.timeout(30):
                while not sync.link.is_connected:
                    await asyncio.sleep(0.01)
            async with cloud.running():
                await cloud.until(lambda: sync.session.is_welcome)
