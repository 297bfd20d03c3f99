"""The configuration of mosquitto for a site: mutual TLS, and each client confined to its own topics.

The common name of the client's certificate is its user name. Nothing is kept on disk and nobody is anonymous; what the
broker loses, gateway and cloud send again. Source: mosquitto.conf(5); runs on mosquitto 2.0 and newer.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioning.authority import ProvisioningRefusedError
from sync_protocol.topics import ROOT

CLOUD_NAME: Final = "tornello-cloud"
CLOUD_NAMES: Final = (CLOUD_NAME, *(f"{CLOUD_NAME}-{number}" for number in range(2, 9)))
"""Of the cloud's processes: workers that share the link each need a certificate with a name of its own."""
CONFIGURATION_FILE: Final = "mosquitto.conf"
ACCESS_LIST_FILE: Final = "access_list"
PACKET_BYTES_MAX: Final = 96 * 1024
"""Bytes of a whole MQTT packet: 64 KiB of payload, its topic, and some room."""

_CONFIGURATION: Final = """\
# Written by `tornello-provision broker-configuration`. Start with: mosquitto -c {configuration}
listener {port} {host}
user {user}
protocol mqtt

# Who may connect: clients with a certificate of the site's authority, over TLS 1.2 or newer. The certificate also
# decides the client id: otherwise any client could take over another's connection by calling itself the same.
# The list of revoked certificates is read at the start, and again on SIGHUP (systemctl reload mosquitto).
cafile {bundle}
crlfile {revocation_list}
certfile {certificate}
keyfile {key}
tls_version tlsv1.2
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {access_list}

# The broker only wakes: what counts is confirmed between gateway and cloud, so nothing is kept here.
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

_ACCESS_LIST: Final = """\
# A gateway speaks and hears under its own name alone; %u is the common name of its certificate.
pattern write {root}/+/%u/up/#
pattern read {root}/+/%u/down/#
# Gateways of a site tell each other who went through: each reads its own mailbox, and writes under its own name.
pattern write {root}/+/+/side/%u
pattern read {root}/+/%u/side/#
# The broker of a site, whose certificate has the site's id for a name, brings such messages from and to its site.
pattern readwrite {root}/%u/+/side/#
"""
_CLOUD_ACCESS: Final = """
user {cloud}
topic readwrite {root}/#
"""


@dataclass(frozen=True, slots=True)
class BrokerPlan:
    """Where the broker listens, which certificate it shows, and which list names the certificates that it refuses."""

    host: str
    port: int
    bundle: Path
    certificate: Path
    key: Path
    revocation_list: Path


def write_broker_configuration(directory: Path, plan: BrokerPlan) -> Path:
    """Write `mosquitto.conf` and its access list into a folder; the answer is the configuration's path.

    Raises:
        ProvisioningRefusedError: one of them is there already, or a certificate is not.
    """
    configuration, access_list = directory / CONFIGURATION_FILE, directory / ACCESS_LIST_FILE
    existing = [str(path) for path in (configuration, access_list) if path.exists()]
    if existing:
        raise ProvisioningRefusedError(f"not overwritten: {', '.join(existing)} (move the files away first)")
    files = (plan.bundle, plan.certificate, plan.key, plan.revocation_list)
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise ProvisioningRefusedError(f"there is no {', '.join(missing)}")
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    access_list.touch(mode=0o600)
    entries = [_ACCESS_LIST.format(root=ROOT), *(_CLOUD_ACCESS.format(root=ROOT, cloud=name) for name in CLOUD_NAMES)]
    access_list.write_text("".join(entries))
    configuration.write_text(
        _CONFIGURATION.format(
            configuration=configuration.resolve(),
            host=plan.host,
            port=plan.port,
            user=pwd.getpwuid(os.geteuid()).pw_name,
            bundle=plan.bundle.resolve(),
            certificate=plan.certificate.resolve(),
            key=plan.key.resolve(),
            revocation_list=plan.revocation_list.absolute(),
            access_list=access_list.resolve(),
            packet_size=PACKET_BYTES_MAX,
        )
    )
    return configuration
