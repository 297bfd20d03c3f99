"""Brokers that know MQTT 3.1.1 alone: one that says so, and one that hangs up on a CONNECT of version 5."""

import asyncio
from typing import Final

import pytest

from mqtt_client.errors import BrokerUnreachableError
from mqtt_client.reliable_client import ReliableClient

TAKEN: Final = bytes((0x20, 2, 0, 0))
VERSION_REFUSED: Final = bytes((0x20, 2, 0, 1))
HANGS_UP: Final = b""


class OldBroker:
    """Answers a CONNECT of version 5 and one of 3.1.1 with these bytes; with none it hangs up."""

    def __init__(self, to_version_5: bytes, to_version_3: bytes = TAKEN) -> None:
        self._answers = {5: to_version_5, 4: to_version_3}
        self.versions: list[int] = []

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(9)  # type and length, then the protocol's name and version
        self.versions.append(head[8])
        answer = self._answers[head[8]]
        writer.write(answer)
        if answer == TAKEN:
            await reader.read()
        writer.close()

    async def meet(self) -> None:
        """Have the client connect once."""
        async with await asyncio.start_server(self.attend, "127.0.0.1", 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            async with ReliableClient("127.0.0.1", port, tls=None, client_id="gwy_a", subscriptions=[]):
                pass


@pytest.mark.parametrize("to_version_5", [VERSION_REFUSED, HANGS_UP])
def test_a_broker_that_does_not_know_version_5_is_asked_with_the_older_one(to_version_5: bytes) -> None:
    broker = OldBroker(to_version_5)
    asyncio.run(broker.meet())
    assert broker.versions == [5, 4]


def test_a_broker_that_hangs_up_on_both_is_told_as_unreachable() -> None:
    broker = OldBroker(HANGS_UP, HANGS_UP)
    with pytest.raises(BrokerUnreachableError):
        asyncio.run(broker.meet())
    assert broker.versions == [5, 4]
