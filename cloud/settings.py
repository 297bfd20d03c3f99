"""Settings of the service, from the environment variables `TORNELLO_*`, read and validated once.

Every mistake is named at once; secrets come from files, never from variables.
"""

import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from cloud.kit.log_lines import LOG_FORMATS
from cloud.kit.sealed_secrets import KEY_BYTES

_HOST_NAME: Final = re.compile(r"[a-z0-9.-]*[a-z][a-z0-9-]*", re.ASCII)


class SettingsError(Exception):
    """The environment cannot be used; the message has one line for each mistake."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a TCP port; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that the service takes from outside.

    Attributes:
        database_url: SQLAlchemy URL, SQLite or PostgreSQL.
        secret: 32 bytes that seal the secrets at rest and sign what browsers keep.
        authority_dir: the online intermediate authority's key and chain; None: this process enrols no gateways.
        broker: where this process reaches the MQTT broker.
        broker_certificate, broker_key: its client certificate there.
        listen: plain HTTP, for the loopback or a reverse proxy.
        tls_listen: HTTPS for API and enrolment; None: no such listener.
        tls_certificate, tls_key: the HTTPS listener's certificate.
        public_broker: the broker's address as told to gateways.
        revocation_list: where this process writes the list of revoked certificates for the broker; None: nowhere.
        metrics_listen, worker_metrics_listen: where `serve` and `worker` tell their metrics, on the loopback.
        webhooks_may_be_private: webhooks may lead into the club's own network, and over plain HTTP.
        public_url: the origin at which browsers open the console, to which passkeys are bound; empty: not told.
    """

    database_url: str
    secret: bytes
    authority_dir: Path | None
    broker: Address
    broker_certificate: Path | None
    broker_key: Path | None
    listen: Address
    tls_listen: Address | None
    tls_certificate: Path | None
    tls_key: Path | None
    public_broker: Address
    revocation_list: Path | None = None
    metrics_listen: Address | None = None
    worker_metrics_listen: Address | None = None
    webhooks_may_be_private: bool = False
    public_url: str = ""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment` : `TORNELLO_` + the name of the attribute in capitals (CERT for certificate).

    Raises:
        SettingsError: names every variable that is missing or wrong.
    """
    reader = _Reader(environment)
    broker = Address(reader.text("BROKER_HOST", "127.0.0.1"), reader.port("BROKER_PORT", 8883))
    settings = Settings(
        database_url=reader.database_url(),
        secret=reader.secret(),
        authority_dir=reader.path("AUTHORITY_DIR"),
        broker=broker,
        broker_certificate=reader.path("BROKER_CERT"),
        broker_key=reader.path("BROKER_KEY"),
        listen=reader.address("LISTEN") or Address("127.0.0.1", 8080),
        tls_listen=reader.address("TLS_LISTEN"),
        tls_certificate=reader.path("TLS_CERT"),
        tls_key=reader.path("TLS_KEY"),
        public_broker=reader.address("PUBLIC_BROKER") or broker,
        revocation_list=reader.file_to_write("REVOCATION_LIST"),
        metrics_listen=reader.loopback("METRICS_LISTEN"),
        worker_metrics_listen=reader.loopback("WORKER_METRICS_LISTEN"),
        webhooks_may_be_private=reader.choice("WEBHOOKS_MAY_BE_PRIVATE", ("no", "yes")) == "yes",
        public_url=reader.origin("PUBLIC_URL"),
    )
    reader.choice("LOG_FORMAT", LOG_FORMATS)
    if reader.mistakes:
        raise SettingsError("\n".join(reader.mistakes))
    return settings


class _Reader:
    """Reads variables and collects mistakes instead of stopping at the first."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.mistakes: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        return self._environment.get(f"TORNELLO_{name}", "").strip() or default

    def port(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if value.isdecimal() and int(value) <= 65535:
            return int(value)
        self.mistakes.append(f"TORNELLO_{name} is no TCP port: {value!r}")
        return default

    def address(self, name: str) -> Address | None:
        value = self.text(name)
        if not value:
            return None
        host, _, port = value.rpartition(":")
        if host and port.isdecimal() and int(port) <= 65535:
            return Address(host.strip("[]"), int(port))
        self.mistakes.append(f"TORNELLO_{name} must be HOST:PORT, not {value!r}")
        return None

    def loopback(self, name: str) -> Address | None:
        """An address that only this machine can reach."""
        address = self.address(name)
        if address is not None and address.host not in {"127.0.0.1", "::1"}:
            self.mistakes.append(f"TORNELLO_{name} must be an address of the loopback, 127.0.0.1:PORT or [::1]:PORT")
            return None
        return address

    def origin(self, name: str) -> str:
        """An origin that browsers call secure: https with a host's name, or http for this machine's own browser."""
        value = self.text(name)
        try:
            url = urlsplit(value)
            host, port = url.hostname or "", url.port
        except ValueError:
            url, host, port = urlsplit(""), "", None
        is_secure = url.scheme == "https" or (url.scheme == "http" and host == "localhost")
        is_bare = url.path in {"", "/"} and not (url.query or url.fragment or url.username)
        if value and not (is_secure and is_bare and _HOST_NAME.fullmatch(host)):
            self.mistakes.append(f"TORNELLO_{name} must be like https://club.example, a name and no number: {value!r}")
            return ""
        is_usual = port in {None, {"https": 443, "http": 80}.get(url.scheme)}
        return value and f"{url.scheme}://{host}{'' if is_usual else f':{port}'}"

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of several words, the first of them unless another is given."""
        value = self.text(name, choices[0])
        if value not in choices:
            self.mistakes.append(f"TORNELLO_{name} must be one of {', '.join(choices)}, not {value!r}")
        return value

    def path(self, name: str) -> Path | None:
        value = self.text(name)
        if value and not Path(value).exists():
            self.mistakes.append(f"TORNELLO_{name} names nothing that exists: {value}")
        return Path(value) if value else None

    def file_to_write(self, name: str) -> Path | None:
        value = self.text(name)
        if value and not Path(value).absolute().parent.is_dir():
            self.mistakes.append(f"TORNELLO_{name} is in a folder that does not exist: {value}")
        return Path(value) if value else None

    def database_url(self) -> str:
        value = self.text("DATABASE_URL", "sqlite:///tornello.db")
        try:
            url = make_url(value)
        except ArgumentError:
            backend, is_lasting = "", False
        else:
            backend, is_lasting = url.get_backend_name(), url.database not in {None, "", ":memory:"}
        if backend not in {"sqlite", "postgresql"}:
            self.mistakes.append("TORNELLO_DATABASE_URL must begin with sqlite:/// or postgresql://")
        elif not is_lasting and backend == "sqlite":
            self.mistakes.append("TORNELLO_DATABASE_URL must name a file: sqlite:///tornello.db")
        return value

    def secret(self) -> bytes:
        value = self.text("SECRET_FILE")
        if not value:
            self.mistakes.append(f"TORNELLO_SECRET_FILE is missing: a file of {KEY_BYTES} random bytes as hex digits")
            return b""
        try:
            secret = bytes.fromhex(Path(value).read_text("ascii").strip())
            is_public = bool(Path(value).stat().st_mode & stat.S_IROTH)
        except (OSError, ValueError) as error:
            self.mistakes.append(f"TORNELLO_SECRET_FILE cannot be read as hex digits: {value} ({type(error).__name__})")
            return b""
        if len(secret) != KEY_BYTES:
            self.mistakes.append(f"TORNELLO_SECRET_FILE must hold {KEY_BYTES} bytes as hex digits, not {len(secret)}")
        if is_public:
            self.mistakes.append(f"TORNELLO_SECRET_FILE can be read by everybody on this machine: chmod 600 {value}")
        return secret
