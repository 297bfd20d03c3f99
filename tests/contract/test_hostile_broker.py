"""A broker that says whatever it likes: the client loses the link, never more."""

import asyncio
import contextlib
import struct
from typing import Final

import pytest

from mqtt_client.errors import LinkLostError
from mqtt_client.reliable_client import ReliableClient

_CONNACK: Final = b"\x20\x03\x00\x00\x00"
_SUBACK: Final = b"\x90\x04%b\x00\x01"


def publish(topic: bytes, properties: bytes = b"\x00") -> bytes:
    """PUBLISH with QoS 1 (MQTT 5, section 3.3), shorter than 128 bytes."""
    packet = struct.pack(">H", len(topic)) + topic + b"\x00\x01" + properties + b"payload"
    return bytes((0x32, len(packet))) + packet


@pytest.mark.parametrize(
    "packet",
    [
        publish(b"tornello/\xff\xfe"),
        publish(b"tornello/\xed\xa0\x80"),
        publish(b"t", properties=b"\x05\xff\xff\xff\xff\xff"),
        b"\x32\x00",
        b"\x32\x02\x00\x05",
        b"\x32\xff\xff\xff\xff\xff\xff",
        b"\x36\x07\x00\x01t\x00\x01\x00p",
        b"\x00\x00",
        b"\xf3\x00",
        b"\x40\x03\x00\x01\x05",
        b"\x90\x01\x00",
        b"\xe0\x05\x99\xff\xff\xff\xff",
    ],
    ids=[
        "topic not UTF-8",
        "topic with a surrogate",
        "length of properties",
        "empty publish",
        "publish cut off",
        "length without end",
        "QoS 3",
        "type 0",
        "type 15 with flags",
        "answer unknown to MQTT",
        "subscription answered twice",
        "farewell unknown to MQTT",
    ],
)
def test_what_is_no_mqtt_costs_the_link_and_nothing_else(packet: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(_CONNACK)
        request = await reader.read(4096)
        writer.write(_SUBACK % request[2:4] + packet)
        with contextlib.suppress(ConnectionError):  # it leaves without reading everything
            await reader.read()
        writer.close()
        has_left.set()

    async def listen(port: int) -> None:
        async with ReliableClient("127.0.0.1", port, tls=None, client_id="gwy_1", subscriptions=["#"]) as client:
            async for _ in client.messages():
                pass

    async def meet() -> None:
        async with asyncio.timeout(30), await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            with pytest.raises(LinkLostError):
                await listen(server.sockets[0].getsockname()[1])
            await has_left.wait()

    has_left = asyncio.Event()
    asyncio.run(meet())
