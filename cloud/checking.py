"""Looks at everything that the service stands on, and changes nothing: settings, database, certificates, broker, disk.

Made for before a start and for monitoring: one finding for each thing, with what to do where something is wrong.
"""

import os
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from cryptography import x509
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from cloud import bus
from cloud.database import UnitOfWork
from cloud.enrolment.authority import INTERMEDIATE_FILE, ROOT_FILE
from cloud.gateway_link.link import has_link
from cloud.kit.clock import utc_now
from cloud.kit.sealed_secrets import UnsealError
from cloud.migrations import configuration
from cloud.settings import Settings, SettingsError, read_settings
from cloud.sites import service as sites
from mqtt_client.errors import CertificateRefusedError
from mqtt_client.tls import TlsFiles, client_context, probe_refusal

Verdict = Literal["fine", "warning", "failed"]
EXPIRES_SOON: Final = timedelta(days=30)
LIST_EXPIRES_SOON: Final = timedelta(days=7)
BROKER_WITHIN_S: Final = 3.0
DISK_FREE_MIN: Final = 200 * 1024 * 1024
DISK_FREE_WANTED: Final = 2 * 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing."""

    name: str
    verdict: Verdict
    text: str


def check(environment: Mapping[str, str], *, now: datetime | None = None) -> list[Finding]:
    """Every finding, what others depend on first; with wrong settings nothing else is looked at."""
    try:
        settings = read_settings(environment)
    except SettingsError as error:
        return [Finding("settings", "failed", line) for line in str(error).splitlines()]
    at = now or datetime.now(UTC)
    found = [Finding("settings", "fine", "all settings can be used")]
    found += _check_database(settings)
    found += _check_certificates(settings, at)
    found += _check_broker(settings)
    found += _check_disk(settings)
    return found


def _check_database(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        yield Finding("database", "warning", f"{url.database} does not exist; the first start makes it")
        return
    engine = create_engine(url, hide_parameters=True)
    try:
        yield from _check_contents(engine, settings.secret)
    except SQLAlchemyError as error:
        yield Finding("database", "failed", f"cannot be used: {getattr(error, 'orig', error)}")
    finally:
        engine.dispose()


def _check_contents(engine: Engine, secret: bytes) -> Iterator[Finding]:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        scripts = ScriptDirectory.from_config(configuration(connection))
        head, known = scripts.get_current_head(), {script.revision for script in scripts.walk_revisions()}
        current = MigrationContext.configure(connection).get_current_revision()
        yield Finding("database", "fine", f"{engine.dialect.name} answers")
        if current is not None and current not in known:
            yield Finding("schema", "failed", f"{current} is of a newer program: install that one again")
        elif current != head:
            yield Finding("schema", "warning", f"at {current or 'nothing'}, to be brought to {head}: migrate")
        else:
            yield Finding("schema", "fine", f"up to date: {head}")
            yield _check_secret(connection, secret)


def _check_secret(connection: Connection, secret: bytes) -> Finding:
    try:
        with UnitOfWork(bind=connection, dispatch=bus.dispatch, clock=utc_now) as session:
            sites.check_secret(session, secret)
    except UnsealError:
        return Finding("secret", "failed", "TORNELLO_SECRET_FILE is not the secret that this database was made with")
    return Finding("secret", "fine", "opens the signing keys of this database")


def _check_certificates(settings: Settings, now: datetime) -> Iterator[Finding]:
    files: list[tuple[str, Path | None]] = [
        ("certificate of HTTPS", settings.tls_certificate),
        ("certificate at the broker", settings.broker_certificate),
    ]
    if settings.authority_dir is not None:
        files += [("root", settings.authority_dir / ROOT_FILE)]
        files += [("intermediate", settings.authority_dir / INTERMEDIATE_FILE)]
    for name, path in files:
        if path is not None:
            yield _end_of(name, path, _end_of_certificate, now=now, soon=EXPIRES_SOON)
    if settings.revocation_list is not None:
        yield _end_of("revocation list", settings.revocation_list, _end_of_list, now=now, soon=LIST_EXPIRES_SOON)


def _end_of(name: str, path: Path, read: Callable[[bytes], datetime], *, now: datetime, soon: timedelta) -> Finding:
    try:
        ends_at = read(path.read_bytes())
    except (OSError, ValueError) as error:
        return Finding(name, "failed", f"{path} cannot be read: {error}")
    if ends_at <= now:
        return Finding(name, "failed", f"{path} has expired on {ends_at:%Y-%m-%d}")
    if ends_at - now < soon:
        return Finding(name, "warning", f"{path} expires on {ends_at:%Y-%m-%d}")
    return Finding(name, "fine", f"good until {ends_at:%Y-%m-%d}")


def _end_of_certificate(data: bytes) -> datetime:
    return x509.load_pem_x509_certificate(data).not_valid_after_utc


def _end_of_list(data: bytes) -> datetime:
    ends_at = x509.load_pem_x509_crl(data).next_update_utc
    if ends_at is None:
        raise ValueError("no date of the next list")
    return ends_at


def _check_broker(settings: Settings) -> Iterator[Finding]:
    """A handshake and no more: a second connection in the worker's name would end the worker's."""
    authority, certificate, key = settings.authority_dir, settings.broker_certificate, settings.broker_key
    if not has_link(settings) or authority is None or certificate is None or key is None:
        told = "no link to the gateways: it needs TORNELLO_AUTHORITY_DIR, TORNELLO_BROKER_CERT and TORNELLO_BROKER_KEY"
        yield Finding("broker", "warning", told)
        return
    host, port = settings.broker.host, settings.broker.port
    try:
        context = client_context(TlsFiles(authority / ROOT_FILE, certificate, key))
        socket.create_connection((host, port), BROKER_WITHIN_S).close()
        refusal = probe_refusal(host, port, context, BROKER_WITHIN_S)
    except CertificateRefusedError as error:
        refusal = error
    except OSError as error:
        yield Finding("broker", "failed", f"{settings.broker} cannot be reached: {error.strerror or error}")
        return
    if refusal is not None:
        yield Finding("broker", "failed", f"{settings.broker}: {refusal}")
    else:
        yield Finding("broker", "fine", f"{settings.broker} takes our certificate")


def _check_disk(settings: Settings) -> Iterator[Finding]:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        return
    folder = Path(str(url.database)).absolute().parent
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    told = f"{free / 1024**3:.1f} GiB free in {folder}"
    if not os.access(folder, os.W_OK):
        yield Finding("disk", "failed", f"{folder} cannot be written to")
    elif free < DISK_FREE_MIN:
        yield Finding("disk", "failed", f"{told}: make room")
    else:
        yield Finding("disk", "warning" if free < DISK_FREE_WANTED else "fine", told)
