"""What aiomqtt and paho do inside, and `mqtt_client.connection` corrects, against a real mosquitto."""

import asyncio
import socket
import time
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from mqtt_client.connection import Connection
from mqtt_client.errors import LinkLostError
from mqtt_client.reliable_client import ReliableClient
from tests.contract.test_reliable_client import client_of, run, take
from tests.mosquitto import Broker, running_broker

DENY_B = "topic readwrite a\n"


def connection_of(client: ReliableClient) -> Connection:
    connection = client._connection
    assert connection is not None
    return connection


def test_nagle_s_algorithm_is_off_at_our_end(tmp_path: Path) -> None:
    """With it, and the delayed acknowledgements of TCP, each small message costs 40 ms."""
    with running_broker(tmp_path) as broker:

        async def test() -> None:
            async with client_of(broker, "p") as client:
                sock = connection_of(client)._client.socket()
                assert isinstance(sock, socket.socket)
                assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

        run(test)


def fail(*_arguments: Any) -> None:
    raise ValueError("planted")


@pytest.mark.parametrize("part", ["loop_misc", "loop_read"])
def test_a_failure_inside_paho_ends_the_connection_and_never_silently(tmp_path: Path, part: str) -> None:
    """Reading and keepalive are callbacks and a task that nobody would miss: a link without them only looks alive."""
    with running_broker(tmp_path) as broker:

        async def test() -> None:
            async with client_of(broker, "r", "a") as client, client_of(broker, "s") as sender:
                setattr(connection_of(client)._client, part, fail)
                await sender.publish("a", b"wakes the reader")
                started = time.monotonic()
                with pytest.raises(LinkLostError):
                    await take(client, 2)
                assert time.monotonic() - started < 3.0

        run(test)


def test_a_publish_that_nobody_confirms_is_never_reported_as_sent(tmp_path: Path) -> None:
    """aiomqtt returns from a publish that the broker has denied; ours raises, and what follows it is told apart."""
    with running_broker(tmp_path, access_list=DENY_B) as broker:

        async def test() -> None:
            async with aiomqtt.Client(
                broker.host, broker.port, protocol=aiomqtt.ProtocolVersion.V5, identifier="theirs"
            ) as theirs:
                await theirs.publish("b", b"denied", qos=1)
            async with client_of(broker, "ours") as ours:
                answers = await asyncio.gather(
                    *(ours.publish(topic, b"x") for topic in ("a", "b", "a")), return_exceptions=True
                )
                assert [type(answer).__name__ for answer in answers] == ["NoneType", "PublishRefusedError", "NoneType"]

        run(test)


def test_a_message_is_acknowledged_when_the_application_says_so_and_not_on_receipt(tmp_path: Path) -> None:
    """aiomqtt tells the broker at once: a process that dies in between has lost the message."""

    def has_acked(broker: Broker, client_id: str) -> bool:
        return f"Received PUBACK from {client_id}" in broker.log()

    with running_broker(tmp_path, extra_lines=("log_type debug",)) as broker:

        async def test() -> None:
            async with (
                client_of(broker, "ours", "a") as ours,
                client_of(broker, "s") as sender,
                aiomqtt.Client(broker.host, broker.port, identifier="theirs") as theirs,
            ):
                await theirs.subscribe("a", qos=1)
                await sender.publish("a", b"x")
                (held,) = await take(ours, 1, is_acking=False)
                async with asyncio.timeout(30):
                    while not has_acked(broker, "theirs"):
                        await asyncio.sleep(0.02)
                assert not has_acked(broker, "ours")
                held.ack()
                async with asyncio.timeout(30):
                    while not has_acked(broker, "ours"):
                        await asyncio.sleep(0.02)

        run(test)


def test_a_connect_that_ends_before_its_answer_is_told_at_once(tmp_path: Path) -> None:
    """aiomqtt would wait for its whole timeout."""

    async def test() -> None:
        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(4096)
            writer.close()

        async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
            client = ReliableClient(
                "127.0.0.1", server.sockets[0].getsockname()[1], tls=None, client_id="x", subscriptions=[]
            )
            started = time.monotonic()
            with pytest.raises(Exception, match="closed before it was accepted"):
                await client.__aenter__()
            assert time.monotonic() - started < 2.0

    run(test)
