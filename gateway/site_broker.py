"""The configuration of mosquitto as the broker of a site, on one of its gateways, bridged to the cloud's.

It carries what gateways of the site tell each other and nothing else: events and commands keep their own way to the
cloud, so that whoever owns this broker can neither read nor forge them. Gateways are told apart by their certificates;
what they tell each other is signed, and a bridge needs no trust. Source: mosquitto.conf(5), mosquitto 2.0 and newer.
"""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.identity import AUTHORITY_FILE, Identity, identity_folder
from sync_protocol.topics import ROOT

CONFIGURATION_FILE: Final = "mosquitto.conf"
ACCESS_LIST_FILE: Final = "access_list"
PACKET_BYTES_MAX: Final = 96 * 1024

_CONFIGURATION: Final = """\
# Written by `tornello-gateway site-broker`. Start with: mosquitto -c {folder}/mosquitto.conf
listener {port} {host}
user {user}
protocol mqtt
cafile {folder}/authority.pem
certfile {folder}/broker.pem
keyfile {folder}/broker-key.pem
tls_version tlsv1.2
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {folder}/access_list
persistence false
retain_available false
max_queued_messages 2000
max_inflight_messages 0
max_packet_size {packet_size}
set_tcp_nodelay true
max_keepalive 60
log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages true
"""

_BRIDGE: Final = """\

# The cloud's broker, so that gateways that reach only one of the two hear each other.
connection {site}
address {cloud_host}:{cloud_port}
bridge_cafile {folder}/authority.pem
bridge_certfile {folder}/bridge.pem
bridge_keyfile {folder}/bridge-key.pem
bridge_protocol_version mqttv311
remote_clientid {site}
cleansession true
notifications false
keepalive_interval 10
restart_timeout 1 30
topic {root}/{site}/+/side/+ both 1
"""

_ACCESS_LIST: Final = """\
# Gateways of this site alone: each reads its own mailbox, and writes under its own name. %u is the common name of the
# certificate. Those of other sites can connect with a certificate of the same authority, and have no mailbox here.
pattern write {root}/{site}/+/side/%u
pattern read {root}/{site}/%u/side/+
"""


class SiteBrokerRefusedError(Exception):
    """A file is missing, cannot be used, or is there already."""


@dataclass(frozen=True, slots=True)
class PemPair:
    """A certificate with its chain, and its key."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class SiteBrokerPlan:
    """Where the broker listens, as which user it runs, what it shows; `bridge` None keeps it apart from the cloud's."""

    host: str
    port: int
    user: str
    server: PemPair
    bridge: PemPair | None


def write_site_broker(folder: Path, plan: SiteBrokerPlan, identity: Identity, state_dir: Path) -> Path:
    """Write configuration and access list into a folder, with copies of all that they name; the configuration's path.

    Everything belongs to the broker's user alone.

    Raises:
        SiteBrokerRefusedError: see there.
        OSError: a file cannot be read or written.
    """
    configuration = folder / CONFIGURATION_FILE
    if configuration.exists():
        raise SiteBrokerRefusedError(f"not overwritten: {configuration} (move the folder away first)")
    try:
        owner = pwd.getpwnam(plan.user)
    except KeyError as error:
        raise SiteBrokerRefusedError(f"there is no user {plan.user}: install mosquitto, or name another") from error
    if plan.bridge is not None:
        _check_bridge(plan.bridge, identity.site_id)
    values = {
        "root": ROOT,
        "site": identity.site_id,
        "folder": folder.resolve(),
        "host": plan.host,
        "port": plan.port,
        "user": plan.user,
        "cloud_host": identity.broker_host,
        "cloud_port": identity.broker_port,
        "packet_size": PACKET_BYTES_MAX,
    }
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copies = {"authority.pem": identity_folder(state_dir) / AUTHORITY_FILE}
    copies |= {"broker.pem": plan.server.certificate, "broker-key.pem": plan.server.key}
    if plan.bridge is not None:
        copies |= {"bridge.pem": plan.bridge.certificate, "bridge-key.pem": plan.bridge.key}
    contents = {name: source.read_bytes() for name, source in copies.items()}
    contents[ACCESS_LIST_FILE] = _ACCESS_LIST.format(**values).encode()
    text = _CONFIGURATION + (_BRIDGE if plan.bridge is not None else "")
    contents[CONFIGURATION_FILE] = text.format(**values).encode()
    for name, content in contents.items():
        _write(folder / name, content, owner)
    if os.geteuid() == 0:
        shutil.chown(folder, owner.pw_uid, owner.pw_gid)
    return configuration


def _check_bridge(pair: PemPair, site_id: str) -> None:
    """The cloud's broker knows the bridge of a site by the name in its certificate."""
    try:
        leaf = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
    except ValueError as error:
        raise SiteBrokerRefusedError(f"{pair.certificate} is no certificate") from error
    names = [name.value for name in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if names != [site_id]:
        raise SiteBrokerRefusedError(
            f"{pair.certificate} is for {', '.join(map(str, names)) or 'nobody'}: the bridge needs one for {site_id}"
        )


def _write(path: Path, content: bytes, owner: pwd.struct_passwd) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        if os.geteuid() == 0:
            os.fchown(file.fileno(), owner.pw_uid, owner.pw_gid)
