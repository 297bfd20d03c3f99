"""Whatever the cloud answers to a renewal, the gateway says why it has no certificate, and goes on."""

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from gateway.adapters.certificate_desk_https import HttpsCertificateDesk
from gateway.certificate_pairs import PairsOnDisk
from gateway.cloud_https import CloudServer
from gateway.key_provider import FileKeys
from gateway.service.certificate_ports import DeskUnreachableError, RenewalDeniedError
from mqtt_client.tls import TlsFiles
from tests.certificates import Authority

CHALLENGE = json.dumps({"challenge": "1.2.3"}).encode()
NESTED = b"[" * 60_000

Answer = tuple[int, bytes]


class OddCloud(ThreadingHTTPServer):
    """Gives a challenge and an answer to what is made of it, whatever they are."""

    daemon_threads = False

    def __init__(self, files: TlsFiles) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.certificate, files.key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.challenge: Answer = (200, CHALLENGE)
        self.certificate: Answer = (200, b"{}")


class _Answering(BaseHTTPRequestHandler):
    server: OddCloud

    def do_GET(self) -> None:
        self._answer(*self.server.challenge)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(*self.server.certificate)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Tests say what went wrong themselves."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "ca")


@pytest.fixture
def folder(tmp_path: Path, authority: Authority) -> Path:
    """The identity of an enrolled gateway."""
    folder, keys = tmp_path / "identity", FileKeys()
    keys.create(folder / "key.pem")
    certificate = authority.sign("gwy_1", keys.public_key(folder / "key.pem"))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "authority.pem").write_bytes(authority.path.read_bytes())
    return folder


@pytest.fixture
def cloud(authority: Authority) -> Iterator[OddCloud]:
    server = OddCloud(authority.issue("cloud"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def obtain(cloud: OddCloud, folder: Path) -> str:
    server = CloudServer("localhost", cloud.server_address[1])
    return asyncio.run(HttpsCertificateDesk(server, "gwy_1", PairsOnDisk(folder, FileKeys())).obtain())


def pem(text: str) -> bytes:
    return json.dumps({"certificate_pem": text}).encode()


@pytest.mark.parametrize(
    "challenge",
    [
        (200, b""),
        (200, b"\xff"),
        (200, b"[]"),
        (200, NESTED),
        (200, b'{"challenge": 7}'),
        (200, b'{"challenge": "a\\nb"}'),
        (200, b'{"challenge": "\\ud800"}'),
        (500, b"<html>"),
        (500, NESTED),
        (302, b""),
    ],
    ids=lambda answer: str(answer)[:30],
)
def test_a_challenge_that_is_none_is_told_as_such(cloud: OddCloud, folder: Path, challenge: Answer) -> None:
    cloud.challenge = challenge
    with pytest.raises(DeskUnreachableError):
        obtain(cloud, folder)


@pytest.mark.parametrize(
    "certificate",
    [
        (200, b"{}"),
        (200, NESTED),
        (200, pem("")),
        (200, pem("\ud800")),
        (200, pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")),
        (200, b"x" * 70_000),
        (429, b"{}"),
    ],
    ids=lambda answer: str(answer)[:40],
)
def test_an_answer_without_a_certificate_is_told_as_such(cloud: OddCloud, folder: Path, certificate: Answer) -> None:
    cloud.certificate = certificate
    with pytest.raises(DeskUnreachableError):
        obtain(cloud, folder)
    assert PairsOnDisk(folder, FileKeys()).candidate is None


@pytest.mark.parametrize("body", [b"", NESTED], ids=["empty", "nested"])
def test_a_no_that_says_nothing_is_a_no(cloud: OddCloud, folder: Path, body: bytes) -> None:
    cloud.certificate = (403, body)
    with pytest.raises(RenewalDeniedError):
        obtain(cloud, folder)


@pytest.mark.parametrize("content", [b"", b"nothing", b"\xff\xfe"])
def test_without_its_authority_a_gateway_trusts_nobody(cloud: OddCloud, folder: Path, content: bytes) -> None:
    (folder / "authority.pem").write_bytes(content)
    with pytest.raises(DeskUnreachableError, match="authority"):
        obtain(cloud, folder)
    assert not (folder / "next-key.pem").exists()
