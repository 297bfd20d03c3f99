"""The broker is moved by a command and by the configuration, and the old one is there when the new one does not do."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.broker_addresses import known_addresses, load_moves
from gateway.service import broker_choice
from gateway.service.broker_choice import BrokerAddress
from mqtt_client.tls import TlsFiles
from sync_protocol.gate_commands import MoveBroker
from sync_protocol.messages import Hello
from tests.in_loop import in_loop
from tests.integration.test_gateway_commands import obey, order, results
from tests.integration.test_gateway_whole import BLOCK, CARD, site
from tests.mosquitto import Broker, BrokerTls, running_broker
from tests.running_gateway import RunningGateway, identity
from tests.scripted_cloud import ScriptedCloud

HOST = "127.0.0.1"


@contextlib.contextmanager
def another_broker(folder: Path) -> Iterator[Broker]:
    """A second mosquitto with a certificate of the same authority."""
    ca = folder / "ca"
    tls = BrokerTls(ca / "authority.pem", ca / "broker.pem", ca / "broker.key")
    with running_broker(folder / "broker-2", tls=tls) as broker:
        yield broker


def at(broker: Broker, cloud: ScriptedCloud, folder: Path) -> ScriptedCloud:
    """The same cloud at another broker."""
    ca = folder / "ca"
    tls = TlsFiles(ca / "authority.pem", ca / "tornello-cloud.pem", ca / "tornello-cloud.key")
    there = ScriptedCloud(cloud.state, broker.port, tls=tls)
    there.ledger = cloud.ledger
    return there


def brokers_of(gateway: RunningGateway) -> set[str]:
    """Where it was connected to, by its own account."""
    return {record["broker"] for record in gateway.records if record["type"] == "state" and record["is_connected"]}


@in_loop
async def test_a_gateway_that_is_moved_stays_there_and_remembers_it(tmp_path: Path) -> None:
    async with site(tmp_path) as (gateway, cloud, old):
        with another_broker(tmp_path) as new:
            there = at(new, cloud, tmp_path)
            async with there.running():
                command = order(cloud, MoveBroker(HOST, new.port))
                await cloud.send(command)
                await there.until(lambda: set(results(there, command)) == {"done"})
                old.kill()
                there.state.put(BLOCK)
                await there.push(there.state.revision - 1)
                await there.until(lambda: there.applied() == there.state.revision)
                assert (await gateway.tap(CARD))["outcome"] == "block"
                assert load_moves(gateway.state_dir) == [BrokerAddress(HOST, new.port), BrokerAddress(HOST, old.port)]


@pytest.mark.parametrize("is_there", [False, True])
@in_loop
async def test_a_broker_through_which_the_cloud_is_not_heard_is_left_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    """Neither nobody at all nor a broker that lets us in, but has no cloud behind it."""
    monkeypatch.setattr(broker_choice, "TRY_S", 1.0)
    async with site(tmp_path) as (gateway, cloud, _):
        with another_broker(tmp_path) as new:
            if not is_there:
                new.kill()
            answer = await obey(cloud, order(cloud, MoveBroker(HOST, new.port)))
            assert answer == "failed broker_not_reached"
            assert load_moves(gateway.state_dir) == []
            assert (await gateway.tap(CARD))["outcome"] == "allow"
            if not is_there:
                new.start()


@in_loop
async def test_a_broker_of_the_configuration_is_moved_by_no_command(tmp_path: Path) -> None:
    with running_broker(tmp_path / "elsewhere") as elsewhere:
        pass
    async with moved_by_configuration(tmp_path, elsewhere.port) as (_, cloud, _broker):
        assert await obey(cloud, order(cloud, MoveBroker(HOST, 1))) == "refused broker_configured"


@contextlib.asynccontextmanager
async def moved_by_configuration(
    folder: Path, port: int
) -> AsyncIterator[tuple[RunningGateway, ScriptedCloud, Broker]]:
    """A gateway whose file names a broker where nobody is, and that was enrolled with one where the cloud is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(broker_choice, "TRY_S", 0.5)
        config = f'[broker]\nhost = "{HOST}"\nport = {port}\n'
        async with site(folder, more_config=config) as parts:
            yield parts


@in_loop
async def test_a_configured_broker_that_does_not_do_gives_way_to_that_of_the_enrolment(tmp_path: Path) -> None:
    with running_broker(tmp_path / "elsewhere") as elsewhere:
        pass
    async with moved_by_configuration(tmp_path, elsewhere.port) as (gateway, cloud, old):
        assert sum(isinstance(said, Hello) for said in cloud.heard) >= 1
        await cloud.until(lambda: brokers_of(gateway) == {f"{HOST}:{old.port}"})


def test_the_configuration_comes_first_then_the_moves_then_the_enrolment(tmp_path: Path) -> None:
    who = replace(identity(), broker_host="first.example", broker_port=1)
    assert known_addresses(tmp_path, who, None) == [BrokerAddress("first.example", 1)]
    configured = BrokerAddress("configured.example", 2)
    assert known_addresses(tmp_path, who, configured) == [configured, BrokerAddress("first.example", 1)]


@pytest.mark.parametrize(
    "content", ["", "{}", "[1]", '[{"host": "a"}]', '[{"host": "", "port": 1}]', '[{"host": "a", "port": 0}]']
)
def test_a_damaged_file_of_moves_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "identity").mkdir()
    (tmp_path / "identity" / "brokers.json").write_text(content)
    assert load_moves(tmp_path) == []
