"""The link to the cloud without a broker: what dies on it comes back or ends the loop, never silently."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import TracebackType
from typing import ClassVar, Self, cast

import pytest

from gateway.adapters import cloud_link_mqtt
from gateway.adapters.cloud_link_mqtt import CloudAddress, CloudLinkMqtt
from gateway.service.ports import LinkDownError
from mqtt_client.backoff import Backoff
from mqtt_client.errors import LinkLostError, PublishRefusedError
from mqtt_client.reliable_client import ReliableClient
from sync_protocol.codec import encode_message
from sync_protocol.messages import KIND_OF, CloudHeartbeat, Heartbeat, Hello, Message, OutboxRange, Refused
from sync_protocol.signing import SiteSigner
from sync_protocol.topics import down_topic
from sync_protocol.up_seal import read_sealed
from tests.in_loop import in_loop
from tests.voices import voice_of

SIGNER = SiteSigner(bytes(range(32)))
ADDRESS = CloudAddress("broker", 8883, "sit_a", "gwy_a", None, {SIGNER.key_id: SIGNER.public_key})
BEAT = Heartbeat("boot", 1, 0, b"", OutboxRange(0, 0), "synced", 0)


class Letter:
    def __init__(self, message: Message) -> None:
        self.topic = down_topic("sit_a", "gwy_a", KIND_OF[type(message)])
        self.payload = SIGNER.sign(self.topic, encode_message(message))
        self.is_acked = False

    def ack(self) -> None:
        self.is_acked = True


class FakeClient:
    """A connection on which the cloud says one thing, and which then lasts until it is cut."""

    made: ClassVar[list["FakeClient"]] = []
    refuses = False
    says: Message = CloudHeartbeat(1_800_000_000_000, 1, b"")

    def __init__(self, *_address: object, **_settings: object) -> None:
        self.letter = Letter(self.says)
        self.cut = asyncio.Event()
        self.published: list[tuple[str, bytes]] = []
        self.made.append(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cut.set()

    async def publish(self, topic: str, payload: bytes) -> None:
        if self.refuses:
            raise PublishRefusedError(topic, 0x87, "Not authorized")
        if self.cut.is_set():
            raise LinkLostError("cut")
        self.published.append((topic, payload))

    async def messages(self) -> AsyncIterator[Letter]:
        yield self.letter
        await self.cut.wait()
        raise LinkLostError("cut")


class Listener:
    """Fails where it is told to."""

    def __init__(self, fails_in: str = "") -> None:
        self._fails_in = fails_in
        self.calls: list[str] = []
        self.news = asyncio.Event()

    def _note(self, call: str) -> None:
        self.calls.append(call)
        self.news.set()
        if call == self._fails_in:
            raise KeyError(f"a bug in {call}")

    async def handle_connected(self) -> None:
        self._note("connected")

    async def handle_message(self, _message: Message) -> None:
        self._note("message")

    def handle_disconnected(self) -> None:
        self._note("disconnected")


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> list[FakeClient]:
    monkeypatch.setattr(FakeClient, "made", [])
    monkeypatch.setattr(FakeClient, "refuses", False)
    monkeypatch.setattr(cloud_link_mqtt, "Backoff", lambda _random: Backoff(lambda: 0.0))
    return FakeClient.made


def link() -> CloudLinkMqtt:
    return CloudLinkMqtt(ADDRESS, voice_of(None), new_client=cast("type[ReliableClient]", FakeClient))


async def until(listener: Listener, *calls: str) -> None:
    while listener.calls != list(calls):
        listener.news.clear()
        await listener.news.wait()


@contextlib.asynccontextmanager
async def running(one: CloudLinkMqtt, listener: Listener) -> AsyncIterator[None]:
    task = asyncio.ensure_future(one.run(listener))
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@in_loop
async def test_a_connection_that_is_cut_is_followed_by_another(clients: list[FakeClient]) -> None:
    one, listener = link(), Listener()
    async with running(one, listener):
        await until(listener, "connected", "message")
        clients[0].cut.set()
        await until(listener, "connected", "message", "disconnected", "connected", "message")
        assert one.is_connected
        assert [client.letter.is_acked for client in clients] == [True, True]


@pytest.mark.parametrize("fails_in", ["connected", "message"])
@in_loop
async def test_a_bug_in_whoever_listens_ends_the_loop_and_leaves_no_half_link(
    clients: list[FakeClient], fails_in: str
) -> None:
    one, listener = link(), Listener(fails_in)
    with pytest.raises(KeyError, match=f"a bug in {fails_in}"):
        await one.run(listener)
    assert listener.calls[-1] == "disconnected"
    assert not one.is_connected
    assert len(clients) == 1


@in_loop
async def test_a_bug_while_the_loss_is_told_ends_the_loop_too(clients: list[FakeClient]) -> None:
    one, listener = link(), Listener("disconnected")
    running_loop = asyncio.ensure_future(one.run(listener))
    await until(listener, "connected", "message")
    clients[0].cut.set()
    with pytest.raises(KeyError, match="a bug in disconnected"):
        await running_loop


@in_loop
async def test_a_broker_that_refuses_our_own_words_is_left_for_another_connection(
    clients: list[FakeClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, listener = link(), Listener()
    async with running(one, listener):
        await until(listener, "connected", "message")
        monkeypatch.setattr(FakeClient, "refuses", True)
        with pytest.raises(LinkDownError, match="Not authorized"):
            await one.publish(BEAT)
        await until(listener, "connected", "message", "disconnected", "connected", "message")
        assert one.failure is None, "the cloud was heard again"
        assert len(clients) == 2


@in_loop
async def test_all_is_signed_and_goes_on_above_the_number_that_the_cloud_has_heard(
    clients: list[FakeClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard_number = 2**52
    monkeypatch.setattr(FakeClient, "says", Refused("hello", "heard before", 1, heard_number=heard_number))
    one, listener = link(), Listener()
    async with running(one, listener):
        await until(listener, "connected", "message")
        await one.publish(Hello("boot", "1", "epoch", 0, b"", OutboxRange(0, 0), "synced", 0))
        await one.publish(BEAT)
    sealed = [read_sealed(topic, payload) for topic, payload in clients[0].published]
    assert [each.number for each in sealed] == [heard_number + 1, heard_number + 2]
    assert [bool(each.certificate) for each in sealed] == [True, False], "hello shows it, and nothing else"
