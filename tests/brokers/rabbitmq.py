"""RabbitMQ with its MQTT plugin: mutual TLS, clients known by their certificates, each confined to its own topics.

Every client is a user of RabbitMQ without a password, and has its rights by name. It keeps topics with dots for
slashes, and MQTT's subscriptions as queues that the client's user has to be allowed to make. Source: rabbitmq.com,
"MQTT Plugin", "TLS Support", "Access Control"; Erlang/OTP, `ssl` (`crl_cache`, `ssl_crl_hash_dir`).
"""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from provisioning.broker_configuration import CLOUD_NAME
from tests.brokers.trial_broker import BrokerMissingError, revocation_list

START_TIMEOUT_S: Final = 90.0
UNACKNOWLEDGED_MAX: Final = 64
"""How many messages a client gets before it has to acknowledge one."""
_HOMES: Final = ("/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin")

_CONFIGURATION: Final = """\
listeners.tcp = none
mqtt.listeners.tcp = none
mqtt.listeners.ssl.1 = {host}:{port}
mqtt.allow_anonymous = false
mqtt.ssl_cert_login = true
mqtt.vhost = /
mqtt.exchange = amq.topic
mqtt.prefetch = {prefetch}
mqtt.tcp_listen_options.nodelay = true
ssl_cert_login_from = common_name
load_definitions = {definitions}
log.console = true
log.file = false
"""
_TLS: Final = """\
[{{rabbit, [{{ssl_options, [
    {{cacertfile, "{authority}/authority.pem"}},
    {{certfile, "{authority}/broker.pem"}},
    {{keyfile, "{authority}/broker-key.pem"}},
    {{verify, verify_peer}},
    {{fail_if_no_peer_cert, true}},
    {{depth, 2}},
    {{versions, ['tlsv1.3', 'tlsv1.2']}},
    {{crl_check, peer}},
    {{crl_cache, {{ssl_crl_hash_dir, {{internal, [{{dir, "{lists}"}}]}}}}}}
]}}]}}].
"""


class RabbitMqOnTrial:
    """Implements `TrialBroker`."""

    def __init__(self, folder: Path, authority: Path) -> None:
        self.host = "127.0.0.1"
        self.port, self._names_port, self._node_port = _free_ports(3)
        self._folder = folder
        self._authority = authority
        self._program = _find_program()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._gateway_ids: Sequence[str] = ()

    def describe(self) -> str:
        library = self._program.parent.parent
        versions = sorted(path.name for path in library.glob("lib/rabbitmq_server-*"))
        return f"RabbitMQ {versions[-1].removeprefix('rabbitmq_server-')}" if versions else "RabbitMQ"

    def admit(self, gateway_ids: Sequence[str]) -> None:
        self._gateway_ids = gateway_ids

    def start(self) -> None:
        self._write()
        names = ["epmd", "-address", "127.0.0.1", "-port", str(self._names_port)]
        for command in ([names] if not self._processes else []) + [[str(self._program)]]:
            with (self._folder / "log").open("ab") as log:
                self._processes.append(
                    subprocess.Popen(
                        command,
                        env={**os.environ, **self._environment()},
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                )
        self._await_ready()

    def kill(self) -> None:
        _kill(self._processes.pop())

    def stop(self) -> None:
        while self._processes:
            self.kill()

    def read_revocations(self) -> None:
        """Erlang looks for the list of an issuer under the hash of its name, at each connect."""
        written = revocation_list(self._authority)
        command = ["openssl", "crl", "-in", str(written), "-noout", "-hash"]
        name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        lists = self._folder / "lists"
        lists.mkdir(exist_ok=True)
        shutil.copy(written, lists / f"{name}.r0")

    def log(self) -> str:
        """What it has said so far."""
        return (self._folder / "log").read_text(errors="replace")

    def _write(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self.read_revocations()
        definitions = self._folder / "definitions.json"
        definitions.write_text(json.dumps(self._definitions(), indent=1))
        (self._folder / "plugins").write_text("[rabbitmq_mqtt].\n")
        (self._folder / "rabbitmq.conf").write_text(
            _CONFIGURATION.format(host=self.host, port=self.port, prefetch=UNACKNOWLEDGED_MAX, definitions=definitions)
        )
        (self._folder / "advanced.config").write_text(
            _TLS.format(authority=self._authority, lists=self._folder / "lists")
        )

    def _definitions(self) -> dict[str, Any]:
        """Users and rights: a gateway speaks and hears under its own name alone, the cloud everywhere."""
        topics = {CLOUD_NAME: (r"^tornello\.1\.", r"^tornello\.1\.")}
        for name in self._gateway_ids:
            own = rf"[^.]+\.{re.escape(name)}"
            topics[name] = (
                rf"^tornello\.1\.({own}\.up\.|[^.]+\.[^.]+\.side\.{re.escape(name)}$)",
                rf"^tornello\.1\.{own}\.(down|side)\.",
            )
        hashing = "rabbit_password_hashing_sha256"
        queues = r"^mqtt-subscription-.*"
        both = rf"({queues}|^amq\.topic$)"
        rights = {"vhost": "/", "configure": queues, "write": both, "read": both}
        return {
            "vhosts": [{"name": "/"}],
            "users": [{"name": name, "password_hash": "", "hashing_algorithm": hashing, "tags": []} for name in topics],
            "permissions": [{"user": name, **rights} for name in topics],
            "topic_permissions": [
                {"user": name, "vhost": "/", "exchange": "amq.topic", "write": write, "read": read}
                for name, (write, read) in topics.items()
            ],
        }

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"tornello{self._node_port}@localhost",
            "RABBITMQ_NODE_PORT": "0",
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "ERL_EPMD_PORT": str(self._names_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "state"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
        }

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._processes[-1].poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1.0):
                return
            time.sleep(0.1)
        raise AssertionError(f"RabbitMQ does not start:\n{self.log()[-4000:]}")


def _find_program() -> Path:
    """Debian's, or what `RABBITMQ_HOME` names."""
    named = os.environ.get("RABBITMQ_HOME")
    for home in [f"{named}/sbin"] if named else _HOMES:
        if (program := Path(home) / "rabbitmq-server").is_file():
            return program
    raise BrokerMissingError("install the Debian package rabbitmq-server (its service need not run)")


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
