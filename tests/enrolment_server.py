"""The cloud's two enrolment addresses as a small HTTPS server, for tests of the gateway's side."""

import contextlib
import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mqtt_client.tls import TlsFiles
from tests.certificates import Authority

SECRET = "a" * 26


def token_for(authority: Authority) -> str:
    return f"tc1.{SECRET}.{authority.certificate.fingerprint(hashes.SHA256()).hex()[:32]}"


class EnrolmentServer(http.server.ThreadingHTTPServer):
    """Grants to one key; `change` may alter the grant, `refusal` answers instead of it, `requests` are counted."""

    daemon_threads = False

    def __init__(self, authority: Authority, files: TlsFiles, host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.authority = authority
        self.shown_authority = authority.path.read_bytes()
        self.refusal: tuple[int, bytes] | None = None
        self.change: dict[str, Any] = {}
        self.public_keys: list[bytes] = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(files.certificate, files.key)

    def get_request(self) -> tuple[ssl.SSLSocket, Any]:
        connection, address = self.socket.accept()
        connection.settimeout(5)
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust us hangs up; that is what some tests are about."""

    @property
    def url(self) -> str:
        host, port = self.socket.getsockname()
        return f"https://{'localhost' if host == '127.0.0.1' else host}:{port}"

    def grant(self, body: dict[str, Any]) -> dict[str, Any]:
        request = x509.load_pem_x509_csr(body["csr_pem"].encode())
        assert request.is_signature_valid
        key = request.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        self.public_keys.append(
            key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        certificate = self.authority.sign("gwy_a", key)
        return {
            "gateway_id": "gwy_a",
            "site_id": "sit_a",
            "lane_id": "lan_a",
            "lane_name": "Lane 1",
            "site_name": "Клуб",
            "time_zone": "Europe/Rome",
            "certificate_pem": certificate.public_bytes(serialization.Encoding.PEM).decode(),
            "authority_pem": self.authority.path.read_text(),
            "broker_host": "localhost",
            "broker_port": 8883,
            "signing_keys": {"0123456789abcdef": "11" * 32},
            "credential_key": "22" * 32,
            **self.change,
        }


class _Handler(http.server.BaseHTTPRequestHandler):
    server: EnrolmentServer

    def do_GET(self) -> None:
        self._answer(200, self.server.shown_authority)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.refusal is not None:
            self._answer(*self.server.refusal)
        else:
            self._answer(200, json.dumps(self.server.grant(body)).encode())

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Tests say what went wrong themselves."""


@contextlib.contextmanager
def enrolment_server(
    folder: Path, *, certificate_of: Authority | None = None, host: str = "127.0.0.1"
) -> Iterator[EnrolmentServer]:
    """A server whose own certificate comes from its authority, or from another one."""
    authority = Authority.create(folder / "ca")
    server = EnrolmentServer(authority, (certificate_of or authority).issue("cloud"), host)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
