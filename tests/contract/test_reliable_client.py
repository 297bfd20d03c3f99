"""Each behaviour of aiomqtt that `mqtt_client` corrects, against a real mosquitto."""

import asyncio
import datetime as dt
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from mqtt_client.connection import LinkLimits
from mqtt_client.errors import (
    BrokerUnreachableError,
    CertificateRefusedError,
    LinkError,
    LinkLostError,
    PublishRefusedError,
)
from mqtt_client.reliable_client import InboundMessage, ReliableClient
from mqtt_client.tls import TlsFiles, client_context, probe_refusal
from tests.certificates import Authority
from tests.mosquitto import Broker, BrokerTls, running_broker

WRITE_OWN = "pattern write tornello/1/+/%u/up/#\npattern read tornello/1/+/%u/down/#\n"


def client_of(
    broker: Broker,
    name: str,
    *subscriptions: str,
    tls: TlsFiles | None = None,
    limits: LinkLimits | None = None,
) -> ReliableClient:
    return ReliableClient(broker.host, broker.port, tls=tls, client_id=name, subscriptions=subscriptions, limits=limits)


async def take(client: ReliableClient, count: int, *, is_acking: bool = True) -> list[InboundMessage]:
    taken: list[InboundMessage] = []
    async with asyncio.timeout(30):
        async for message in client.messages():
            if is_acking:
                message.ack()
            taken.append(message)
            if len(taken) == count:
                break
    return taken


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(_bounded(test))


async def _bounded(test: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(30):
        await test()


def mutual_tls(authority: Authority, revocation_list: Path | None = None) -> BrokerTls:
    files = authority.issue("broker")
    return BrokerTls(files.authority, files.certificate, files.key, revocation_list)


def test_a_message_travels_with_mutual_tls(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "ca")
    with running_broker(tmp_path / "broker", tls=mutual_tls(authority)) as broker:

        async def test() -> None:
            receiver = client_of(broker, "r", "a/+", tls=authority.issue("receiver"))
            sender = client_of(broker, "s", tls=authority.issue("sender"))
            async with receiver, sender:
                await sender.publish("a/b", b"hello")
                (message,) = await take(receiver, 1)
                assert (message.topic, message.payload) == ("a/b", b"hello")

        run(test)


def test_a_publish_that_the_access_list_denies_raises(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "ca")
    with running_broker(tmp_path / "broker", tls=mutual_tls(authority), access_list=WRITE_OWN) as broker:

        async def test() -> None:
            async with client_of(broker, "x", tls=authority.issue("gwy_a")) as client:
                await client.publish("tornello/1/sit_a/gwy_a/up/hello", b"mine")
                with pytest.raises(PublishRefusedError, match="Not authorized") as refused:
                    await client.publish("tornello/1/sit_a/gwy_b/up/hello", b"another's")
                assert refused.value.reason_code == 0x87
                await client.publish("tornello/1/sit_a/gwy_a/up/hello", b"the link goes on")

        run(test)


def test_messages_wait_at_the_broker_while_earlier_ones_are_not_acknowledged(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:

        async def test() -> None:
            receiver = client_of(broker, "r", "a", limits=LinkLimits(inbound_max=5))
            async with receiver, client_of(broker, "s") as sender:
                for number in range(20):
                    await sender.publish("a", b"%d" % number)
                held = await take(receiver, 5, is_acking=False)
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.3):
                        await anext(receiver.messages())
                for message in held:
                    message.ack()
                rest = await take(receiver, 15)
                assert [int(m.payload) for m in (*held, *rest)] == list(range(20))

        run(test)


@pytest.mark.parametrize("has_tls", [False, True])
def test_a_broker_that_sends_more_than_was_asked_for_is_made_to_wait(tmp_path: Path, has_tls: bool) -> None:
    authority = Authority.create(tmp_path / "ca")
    with running_broker(tmp_path / "broker", tls=mutual_tls(authority) if has_tls else None) as broker:

        async def test() -> None:
            tls = [authority.issue(name) if has_tls else None for name in ("receiver", "sender")]
            receiver = client_of(broker, "r", "a", tls=tls[0], limits=LinkLimits(inbound_max=8))
            async with receiver, client_of(broker, "s", tls=tls[1]) as sender:
                for number in range(400):
                    await sender.publish("a", b"%03d" % number + bytes(20_000))
                    if number % 10 == 0:
                        await asyncio.sleep(0)
                seen = []
                async for message in receiver.messages():
                    seen.append(int(message.payload[:3]))
                    await asyncio.sleep(0.001)
                    message.ack()
                    if len(seen) == 400:
                        break
                assert seen == list(range(400))

        run(test)


def test_a_killed_broker_is_noticed_at_once_by_reader_and_writer(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:

        async def test() -> None:
            async with client_of(broker, "r", "a") as client:
                started = time.monotonic()
                broker.kill()
                with pytest.raises(LinkLostError):
                    await take(client, 1)
                with pytest.raises(LinkLostError):
                    await client.publish("a", b"nobody")
                assert time.monotonic() - started < 2.0

        run(test)


def test_a_silent_broker_fails_a_publish_within_its_timeout_and_a_reader_within_two_keepalives(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:

        async def test() -> None:
            limits = LinkLimits(keepalive_s=1, answer_timeout_s=1.0)
            async with client_of(broker, "p", limits=limits) as writer, client_of(broker, "r", "a", limits=limits) as r:
                broker.freeze()
                started = time.monotonic()
                with pytest.raises(LinkLostError, match="no answer"):
                    await writer.publish("a", b"into a hole")
                assert time.monotonic() - started < 1.5
                with pytest.raises(LinkLostError):
                    await take(r, 1)
                assert time.monotonic() - started < 4.5
            broker.thaw()

        run(test)


def test_a_pending_publish_fails_when_the_connection_breaks(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:

        async def test() -> None:
            async with client_of(broker, "p") as client:
                broker.freeze()
                pending = asyncio.ensure_future(client.publish("a", b"x"))
                await asyncio.sleep(0.1)
                broker.kill()
                started = time.monotonic()
                with pytest.raises(LinkLostError):
                    await pending
                assert time.monotonic() - started < 2.0

        run(test)


def test_many_publishes_at_once_are_all_confirmed(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:

        async def test() -> None:
            async with client_of(broker, "p") as client:
                await asyncio.gather(*(client.publish("a", b"%d" % n) for n in range(2000)))

        run(test)


def test_a_second_client_with_the_same_name_takes_the_link_over(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:

        async def test() -> None:
            async with client_of(broker, "same", "a") as first, client_of(broker, "same", "a"):
                with pytest.raises(LinkLostError):
                    await take(first, 1)

        run(test)


def test_nothing_is_left_from_an_earlier_session(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:

        async def test() -> None:
            async with client_of(broker, "r", "a"):
                pass
            async with client_of(broker, "s") as sender:
                await sender.publish("a", b"while away")
            async with client_of(broker, "r", "a") as again:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.3):
                        await anext(again.messages())

        run(test)


def test_nobody_listening_is_told_as_unreachable(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        broker = Broker(tmp_path, port=probe.getsockname()[1])

        async def test() -> None:
            with pytest.raises(BrokerUnreachableError):
                async with client_of(broker, "x"):
                    pass

        run(test)


def test_a_cancelled_connect_leaves_no_socket_behind(tmp_path: Path) -> None:
    with running_broker(tmp_path) as broker:
        broker.freeze()

        async def test() -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2), client_of(broker, "x"):
                    pass
            broker.thaw()

        run(test)


def refusal_of(broker: Broker, tls: TlsFiles) -> CertificateRefusedError:
    found: list[LinkError] = []

    async def test() -> None:
        try:
            async with client_of(broker, "x", tls=tls) as client:
                await client.publish("a", b"x")
        except LinkError as error:
            found.append(error)

    started = time.monotonic()
    run(test)
    assert time.monotonic() - started < 5.0, "told at once, not after a timeout"
    assert isinstance(found[0], CertificateRefusedError), repr(found)
    return found[0]


def test_a_revoked_certificate_is_told_by_name(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "ca")
    gateway = authority.issue("gwy_a")
    tls = mutual_tls(authority, authority.revoke(gateway.certificate))
    with running_broker(tmp_path / "broker", tls=tls) as broker:
        assert refusal_of(broker, gateway).reason == "certificate_revoked"


def test_a_refusal_that_was_lost_in_a_reset_is_asked_for_again(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "ca")
    gateway = authority.issue("gwy_a")
    tls = mutual_tls(authority, authority.revoke(gateway.certificate))
    with running_broker(tmp_path / "broker", tls=tls) as broker:
        refusal = probe_refusal(broker.host, broker.port, client_context(gateway))
        assert refusal is not None
        assert refusal.reason == "certificate_revoked"
        assert probe_refusal(broker.host, broker.port, client_context(authority.issue("good")), timeout_s=0.2) is None


def test_an_expired_certificate_is_told_by_name(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "ca")
    with running_broker(tmp_path / "broker", tls=mutual_tls(authority)) as broker:
        expired = authority.issue("gwy_a", valid_for=dt.timedelta(hours=-1))
        assert refusal_of(broker, expired).reason == "certificate_expired"


def test_a_certificate_that_is_not_valid_yet_is_told_by_name(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "ca")
    with running_broker(tmp_path / "broker", tls=mutual_tls(authority)) as broker:
        early = authority.issue("gwy_a", valid_for=dt.timedelta(days=9), valid_from=dt.timedelta(days=1))
        assert refusal_of(broker, early).reason == "certificate_not_yet_valid"


@pytest.mark.parametrize(
    ("valid_from_days", "valid_for_days", "reason"),
    [(-2, -1, "certificate_expired"), (1, 2, "certificate_not_yet_valid"), (-1, 1, "broker_unreachable")],
)
def test_a_broker_that_hangs_up_without_an_alert_leaves_our_certificate_s_dates(
    tmp_path: Path, valid_from_days: int, valid_for_days: int, reason: str
) -> None:
    """Some brokers only close the connection."""
    authority = Authority.create(tmp_path / "ca")
    server = authority.issue("broker")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server.certificate, server.key)
    times = {"valid_from": dt.timedelta(days=valid_from_days), "valid_for": dt.timedelta(days=valid_for_days)}

    async def test() -> None:
        async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        async with await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context) as listener:
            port = listener.sockets[0].getsockname()[1]
            with pytest.raises(LinkError) as failed:
                async with ReliableClient(
                    "127.0.0.1", port, tls=authority.issue("gwy_a", **times), client_id="gwy_a", subscriptions=[]
                ):
                    pass
            assert failed.value.reason == reason

    run(test)


def test_a_revocation_list_that_has_expired_is_not_blamed_on_the_certificate(tmp_path: Path) -> None:
    """mosquitto's alert is that of an expired certificate, to every client alike."""
    authority = Authority.create(tmp_path / "ca")
    expired_list = authority.revoke(authority.issue("somebody").certificate, valid_for=dt.timedelta(minutes=-1))
    with running_broker(tmp_path / "broker", tls=mutual_tls(authority, expired_list)) as broker:
        assert refusal_of(broker, authority.issue("gwy_a")).reason == "validity_disputed"


def test_a_list_that_names_a_certificate_is_obeyed_after_a_reload_and_cuts_nobody(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "ca")
    gateway = authority.issue("gwy_a")
    tls = mutual_tls(authority, authority.revoke(authority.issue("somebody").certificate))
    with running_broker(tmp_path / "broker", tls=tls) as broker:

        async def test() -> None:
            async with client_of(broker, "gwy_a", tls=gateway) as client:
                authority.revoke(gateway.certificate, valid_for=dt.timedelta(days=2))
                broker.reload()
                async with asyncio.timeout(30):
                    while probe_refusal(broker.host, broker.port, client_context(gateway), 0.1) is None:
                        await asyncio.sleep(0.02)
                await client.publish("a", b"the session that was there goes on")

        run(test)
        assert refusal_of(broker, gateway).reason == "certificate_revoked"


def test_a_certificate_of_another_authority_is_told_by_name(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "ca")
    stranger = Authority.create(tmp_path / "other", "another authority").issue("gwy_a")
    with running_broker(tmp_path / "broker", tls=mutual_tls(authority)) as broker:
        forged = TlsFiles(authority.path, stranger.certificate, stranger.key)
        assert refusal_of(broker, forged).reason in {"authority_unknown", "certificate_rejected"}


def test_a_broker_of_another_authority_is_not_trusted(tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "ca")
    other = Authority.create(tmp_path / "other", "another authority")
    with running_broker(tmp_path / "broker", tls=mutual_tls(authority)) as broker:
        assert refusal_of(broker, other.issue("gwy_a")).reason == "broker_not_trusted"


@pytest.mark.parametrize(
    ("valid_from_days", "valid_for_days", "name"),
    [(-2, -1, "broker_expired"), (1, 2, "broker_not_yet_valid")],
)
def test_a_broker_s_certificate_out_of_its_time_is_told_by_name(
    tmp_path: Path, valid_from_days: int, valid_for_days: int, name: str
) -> None:
    authority = Authority.create(tmp_path / "ca")
    times = {"valid_from": dt.timedelta(days=valid_from_days), "valid_for": dt.timedelta(days=valid_for_days)}
    files = authority.issue("broker", **times)
    tls = BrokerTls(authority.path, files.certificate, files.key)
    with running_broker(tmp_path / "broker", tls=tls) as broker:
        assert refusal_of(broker, authority.issue("gwy_a")).reason == name


def test_missing_files_are_named(tmp_path: Path) -> None:
    missing = TlsFiles(tmp_path / "a.pem", tmp_path / "c.pem", tmp_path / "k.pem")
    broker = Broker(tmp_path, port=1)
    error = refusal_of(broker, missing)
    assert error.reason == "certificate_rejected"
    assert "c.pem" in str(error)
    assert not isinstance(error, ssl.SSLError)
