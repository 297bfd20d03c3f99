"""HTTPS against a peer that sends a byte now and then: it is over by the deadline, or when it is told to stop."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.adapters.package_desk_https import secure_opener
from gateway.cloud_https import CloudServer, CloudUnreachableError, exchange, trusting
from gateway.https_deadline import BoundedConnection, Deadline
from mqtt_client.tls import TlsFiles
from tests.certificates import Authority

DRIPS_MAX = 2_000
DRIP_S = 0.01
"""So the whole answer would come in 20 seconds, and be fine."""
HEAD = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"Content-Length: 5\r\n\r\n"
Peer = Callable[[socket.socket, ssl.SSLContext, threading.Event], None]


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    return Authority.create(tmp_path / "ca").issue("cloud")


@contextlib.contextmanager
def slow_peer(files: TlsFiles, peer: Peer) -> Iterator[int]:
    """Its port; `peer` treats every connection until the block ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    is_over = threading.Event()

    def serve() -> None:
        while not is_over.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(5)
                    peer(connection, context, is_over)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            is_over.set()
            thread.join()


def _drip(connection: socket.socket, is_over: threading.Event, data: bytes) -> None:
    for _ in range(DRIPS_MAX):
        if is_over.wait(DRIP_S):
            return
        connection.sendall(data)


def drips_the_handshake(connection: socket.socket, context: ssl.SSLContext, is_over: threading.Event) -> None:
    connection.sendall(b"\x16\x03\x03\x3f\xff\x02")
    _drip(connection, is_over, b"\x00")


def drips_the_head(connection: socket.socket, context: ssl.SSLContext, is_over: threading.Event) -> None:
    with context.wrap_socket(connection, server_side=True) as secure:
        secure.sendall(HEAD + b"X-Slow: ")
        _drip(secure, is_over, b"a")
        secure.sendall(b"\r\n" + LENGTH + b"hello")


def never_ends_to_say_continue(connection: socket.socket, context: ssl.SSLContext, is_over: threading.Event) -> None:
    with context.wrap_socket(connection, server_side=True) as secure:
        _drip(secure, is_over, b"HTTP/1.1 100 Continue\r\n\r\n")
        secure.sendall(HEAD + LENGTH + b"hello")


def drips_the_body(connection: socket.socket, context: ssl.SSLContext, is_over: threading.Event) -> None:
    with context.wrap_socket(connection, server_side=True) as secure:
        secure.sendall(HEAD + f"Content-Length: {DRIPS_MAX}\r\n\r\n".encode())
        _drip(secure, is_over, b"a")


@pytest.mark.parametrize("peer", [drips_the_handshake, drips_the_head, never_ends_to_say_continue, drips_the_body])
def test_who_answers_a_byte_now_and_then_is_given_up(files: TlsFiles, peer: Peer) -> None:
    with slow_peer(files, peer) as port, pytest.raises(CloudUnreachableError):
        exchange(CloudServer("localhost", port), trusting(files.authority.read_text()), path="/", timeout_s=0.3)


def test_what_is_no_longer_wanted_ends_while_the_head_comes(files: TlsFiles) -> None:
    stop = threading.Event()

    def stops_then_drips(connection: socket.socket, context: ssl.SSLContext, is_over: threading.Event) -> None:
        stop.set()
        drips_the_head(connection, context, is_over)

    deadline = Deadline(60.0, silence_s=30.0, stop=stop)
    opener = secure_opener(trusting(files.authority.read_text()), deadline)
    with slow_peer(files, stops_then_drips) as port, pytest.raises(OSError, match="no longer wanted"):
        opener.open(f"https://localhost:{port}/package.deb").read()


def test_no_address_of_a_name_is_tried_when_the_time_is_over(files: TlsFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def nobody_there(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1))] * 1_000

    monkeypatch.setattr(socket, "getaddrinfo", nobody_there)
    stop = threading.Event()
    deadline = Deadline(60.0, silence_s=5.0, stop=stop)
    connection = BoundedConnection("many.example", context=trusting(files.authority.read_text()), deadline=deadline)
    with pytest.raises(ConnectionRefusedError):
        connection.connect()
    stop.set()
    with pytest.raises(TimeoutError):
        connection.connect()
    assert asked == ["many.example"] * 2
