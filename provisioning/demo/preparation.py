"""Makes a demo site from nothing: authority, certificates, broker, database, club, reader keys, configurations."""

import json
import secrets
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cloud import bus
from cloud.database import Database
from cloud.migrations import upgrade_database
from provisioning.authority import BUNDLE_FILE, create_authority, issue_client_certificate, issue_server_certificate
from provisioning.broker_configuration import CLOUD_NAME, BrokerPlan, write_broker_configuration
from provisioning.demo.layout import LANES, STAFF_EMAIL, Layout, slug
from provisioning.demo.seed import SeededSite, seed_club

_READY: Final = "ready.json"

Say = Callable[[str], None]


def is_prepared(layout: Layout) -> bool:
    """Whether the folder holds a whole site; a half-made one (interrupted) does not count."""
    return (layout.root / _READY).exists()


def mark_prepared(layout: Layout) -> None:
    """The last word of a preparation: from now on the site is kept."""
    (layout.root / _READY).write_text(json.dumps({"prepared_at": datetime.now(UTC).isoformat()}))


def prepare(layout: Layout, say: Say) -> SeededSite:
    """Everything that can be done before the cloud runs; what an interrupted run has left is removed first."""
    shutil.rmtree(layout.root, ignore_errors=True)
    for folder in (layout.root, layout.broker, layout.cloud, layout.turnstile, *map(layout.gateway, LANES)):
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    say("making the site's certificate authority")
    _make_certificates(layout)
    say("founding a club of 200 members")
    password = secrets.token_urlsafe(9)
    secret = secrets.token_bytes(32)
    _write_secret(layout.cloud / "secret", secret.hex())
    database = Database(layout.database_url, dispatch=bus.dispatch)
    try:
        upgrade_database(database)
        site = seed_club(database, secret=secret, password=password, cards=layout.turnstile / "cards.json")
    finally:
        database.close()
    layout.write_sign_in(STAFF_EMAIL, password)
    layout.write_ports()
    for lane in LANES:
        _write_secret(_reader_key(layout, lane), secrets.token_bytes(16).hex())
        (layout.gateway(lane) / "gateway.toml").write_text(_gateway_toml(layout, lane))
    (layout.turnstile / "turnstile.toml").write_text(_turnstile_toml(layout, site))
    return site


def cloud_environment(layout: Layout) -> dict[str, str]:
    """The settings of the cloud service."""
    return {
        "TORNELLO_DATABASE_URL": layout.database_url,
        "TORNELLO_SECRET_FILE": str(layout.cloud / "secret"),
        "TORNELLO_AUTHORITY_DIR": str(layout.authority),
        "TORNELLO_REVOCATION_LIST": str(layout.revocation_list),
        "TORNELLO_BROKER_HOST": "localhost",
        "TORNELLO_BROKER_PORT": str(layout.ports.broker),
        "TORNELLO_BROKER_CERT": str(layout.authority / f"{CLOUD_NAME}.pem"),
        "TORNELLO_BROKER_KEY": str(layout.authority / f"{CLOUD_NAME}-key.pem"),
        "TORNELLO_LISTEN": f"127.0.0.1:{layout.ports.console}",
        "TORNELLO_TLS_LISTEN": f"127.0.0.1:{layout.ports.enrolment}",
        "TORNELLO_TLS_CERT": str(layout.authority / "cloud.pem"),
        "TORNELLO_TLS_KEY": str(layout.authority / "cloud-key.pem"),
    }


def _make_certificates(layout: Layout) -> None:
    now = datetime.now(UTC)
    passphrase = secrets.token_urlsafe(18)
    create_authority(layout.authority, "Tornello demo", passphrase, now)
    _write_secret(layout.authority / "root-passphrase", passphrase)
    for server in ("broker", "cloud"):
        issue_server_certificate(layout.authority, ["localhost"], ["127.0.0.1"], file_name=server, now=now)
    issue_client_certificate(layout.authority, CLOUD_NAME, file_name=CLOUD_NAME, now=now)
    broker = BrokerPlan(
        host="127.0.0.1",
        port=layout.ports.broker,
        bundle=layout.authority / BUNDLE_FILE,
        certificate=layout.authority / "broker.pem",
        key=layout.authority / "broker-key.pem",
        revocation_list=layout.revocation_list,
    )
    write_broker_configuration(layout.broker, broker)


def _reader_key(layout: Layout, lane: str) -> Path:
    return layout.gateway(lane) / "entry.scbk"


def _gateway_toml(layout: Layout, lane: str) -> str:
    return f"""\
state_dir = "state"

[[lane]]
name = "{lane}"
kind = "virtual"
socket = "{layout.turnstile / slug(lane)}.sock"

[[bus]]
port = "{layout.turnstile / slug(lane)}.port"
baud = 115200

[[bus.reader]]
name = "entry"
address = 0
lane = "{lane}"
direction = "in"
scbk_file = "{_reader_key(layout, lane).name}"
text_lines = 2
text_columns = 16
text_encoding = "utf-8"
"""


def _turnstile_toml(layout: Layout, site: SeededSite) -> str:
    lanes = "".join(
        f"""
[[lane]]
name = "{slug(lane)}"
title = "{lane}"
port = "{slug(lane)}.port"
socket = "{slug(lane)}.sock"
status_socket = "{layout.gateway(lane) / "state" / "status.sock"}"
lane_id = "{site.lanes[lane]}"
[lane.reader]
scbk_file = "{_reader_key(layout, lane)}"
"""
        for lane in LANES
    )
    return f'listen = "127.0.0.1:{layout.ports.turnstile}"\ncards = "cards.json"\n{lanes}'


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text + "\n")
