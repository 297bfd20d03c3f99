"""The whole gateway against a real broker with mutual TLS and a small cloud: from the first state to the last event."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from gateway.control_client import CONTROL_SOCKET, ask
from sync_protocol.journal_events import AccessDecided, AccessTaken, GatewayStarted
from sync_protocol.messages import Heartbeat
from sync_protocol.self_test import SelfTestReport
from sync_protocol.state_rows import FlagRow, SiteRow
from tests.certificates import Authority
from tests.desired_state import DesiredState
from tests.in_loop import in_loop
from tests.mosquitto import Broker, BrokerTls, running_broker
from tests.running_gateway import RunningGateway, identity, member, running_gateway
from tests.scripted_cloud import GATEWAY, SITE, ScriptedCloud

CARD = 100
MEMBER = f"mem_{CARD}"
BLOCK = FlagRow("flg_a", MEMBER, "manual", "block", texts={"en": "See Marco", "it": "Passa da Marco"})


@contextlib.asynccontextmanager
async def site(folder: Path, *, more_config: str = "") -> AsyncIterator[tuple[RunningGateway, ScriptedCloud, Broker]]:
    """A gateway that knows nothing yet, its cloud with one member, and the broker between them."""
    authority = Authority.create(folder / "ca")
    server, ours, theirs = (authority.issue(name) for name in ("broker", "tornello-cloud", GATEWAY))
    enrolled = folder / "state" / "identity"
    enrolled.mkdir(parents=True)
    for source, name in (
        (theirs.authority, "authority.pem"),
        (theirs.certificate, "certificate.pem"),
        (theirs.key, "key.pem"),
    ):
        shutil.copy(source, enrolled / name)
    tls = BrokerTls(authority.path, server.certificate, server.key)
    desired = DesiredState()
    desired.put(SiteRow(SITE, "Test Club", "Europe/Rome", "it"), *member(CARD, locale="it"))
    with running_broker(folder / "broker", tls=tls) as broker:
        cloud = ScriptedCloud(desired, broker.port, tls=ours)
        who = replace(
            identity(),
            site_id=SITE,
            gateway_id=GATEWAY,
            broker_port=broker.port,
            signing_keys={cloud.signer.key_id: cloud.signer.public_key},
        )
        async with cloud.running(), running_gateway(folder, who=who, more_config=more_config) as gateway:
            await cloud.until(lambda: cloud.applied() == desired.revision)
            yield gateway, cloud, broker


@in_loop
async def test_a_new_gateway_learns_the_club_obeys_a_flag_and_reports_everything(tmp_path: Path) -> None:
    async with site(tmp_path) as (gateway, cloud, _):
        await gateway.reader.until(lambda: gateway.reader.lines.get(1) == "Avvicina la")
        allowed = await gateway.tap(CARD)
        gateway.turnstile.rotate("in")
        await gateway.wait_for("passage")
        cloud.state.put(BLOCK)
        await cloud.push(1)
        await cloud.until(lambda: cloud.applied() == 2)
        blocked = await gateway.tap(CARD)
        cloud.state.delete("flag/flg_a")
        await cloud.push(2)
        await cloud.until(lambda: cloud.applied() == 3)
        again = await gateway.tap(CARD)
        await cloud.until(lambda: _decisions(cloud) == ["allow", "block", "allow"])
    assert (allowed["outcome"], blocked["text"], again["outcome"]) == ("allow", "Passa da Marco", "allow")
    assert (blocked["revision"], again["revision"]) == (2, 3)
    [journal] = cloud.ledger.events.values()
    assert isinstance(journal[0].body, GatewayStarted)
    assert sum(isinstance(event.body, AccessTaken) for event in journal) == 1
    assert [event.seq for event in journal] == list(range(len(journal)))


@in_loop
async def test_while_the_broker_is_dead_taps_go_on_and_are_all_told_afterwards_once(tmp_path: Path) -> None:
    async with site(tmp_path) as (gateway, cloud, broker):
        broker.kill()
        for number in range(1, 4):
            decision = await gateway.tap(CARD)
            assert decision["outcome"] == "allow"
            gateway.turnstile.rotate("in")
            await gateway.wait_for("passage", number)
        broker.start()
        await cloud.until(lambda: _decisions(cloud) == ["allow"] * 3)
    [journal] = cloud.ledger.events.values()
    assert [event.seq for event in journal] == list(range(len(journal)))


@in_loop
async def test_a_self_test_of_a_gateway_in_order_reaches_the_cloud_at_once(tmp_path: Path) -> None:
    async with site(tmp_path) as (gateway, cloud, _):
        answer = await ask(gateway.state_dir / CONTROL_SOCKET, "self_test", relay=False)
        await cloud.until(lambda: any(_self_tests(cloud)), within_s=5)
    assert {check["check"]: check["verdict"] for check in answer["checks"]} == {
        "relay": "not_tested",
        "inputs": "good",
        "reader": "good",
        "display": "good",
        "decision": "good",
        "broker": "good",
        "state": "good",
        "journal": "good",
        "certificate": "good",
        "clock": "good",
        "disk": "good",
    }
    told = _self_tests(cloud)[-1]
    assert told.tested_at_ms == answer["tested_at_ms"]
    assert len(told.outcomes) == len(answer["checks"])


def _self_tests(cloud: ScriptedCloud) -> list[SelfTestReport]:
    return [each.self_test for each in cloud.heard if isinstance(each, Heartbeat) and each.self_test is not None]


def _decisions(cloud: ScriptedCloud) -> list[str]:
    return [
        event.body.outcome
        for journal in cloud.ledger.events.values()
        for event in journal
        if isinstance(event.body, AccessDecided)
    ]
