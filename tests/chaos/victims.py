"""What can be killed: broker, cloud and gateways, each a real process, over mutual TLS."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from tests.chaos.cloud_victims import CloudVictim
from tests.chaos.gateway_under_load import LoadPlan
from tests.integration.site_stand import Stand
from tests.mosquitto import Broker

END_WITHIN_S: Final = 15.0


class Victim(Protocol):
    """A process that can be killed with `kill -9` and started again."""

    name: str

    def start(self) -> None: ...

    def kill(self) -> None: ...


@dataclass
class BrokerVictim:
    """mosquitto."""

    broker: Broker
    name: str = "broker"

    def start(self) -> None:
        self.broker.start()

    def kill(self) -> None:
        self.broker.kill()


@dataclass
class GatewayVictim:
    """The sync half of a gateway, writing events."""

    plan: LoadPlan
    folder: Path
    name: str
    _process: subprocess.Popen[bytes] | None = None

    @property
    def promised(self) -> list[str]:
        """The names of the events that it had on its disk, over all its lives."""
        return (self.folder / "promised").read_text().split()

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.plan.write(self.folder / "plan.json")
        arguments = [
            sys.executable,
            "-m",
            "tests.chaos.gateway_under_load",
            str(self.folder / "plan.json"),
        ]
        with (self.folder / "promised").open("ab") as out, (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=log)

    def kill(self) -> None:
        self._require().kill()
        self._require().wait()

    def stop_writing(self) -> None:
        """In this life and in every later one."""
        Path(self.plan.enough).touch()

    def stop(self) -> None:
        """End in order, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.kill()

    def _require(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was started"
        return self._process


@dataclass(frozen=True)
class Victims:
    """The processes of a site."""

    broker: BrokerVictim
    cloud: list[CloudVictim]
    gateways: list[GatewayVictim]

    @property
    def processes(self) -> list[CloudVictim | GatewayVictim]:
        """All but the broker, in the order in which they are started."""
        return [*self.cloud, *self.gateways]


@contextlib.contextmanager
def running_victims(stand: Stand, cloud: list[CloudVictim], *, gateways: int) -> Iterator[Victims]:
    """All of them, for the time of the block; the broker runs already."""
    victims = Victims(BrokerVictim(stand.broker), cloud, [_gateway(stand, number + 1) for number in range(gateways)])
    try:
        for process in victims.processes:
            process.start()
        yield victims
    finally:
        for process in reversed(victims.processes):
            process.stop()


def _gateway(stand: Stand, number: int) -> GatewayVictim:
    enrolled = stand.add_gateway(f"Lane {number}")
    folder = stand.folder / f"gateway-{number}"
    plan = LoadPlan(
        state_dir=str(folder / "state"),
        enough=str(folder / "enough"),
        host=stand.broker.host,
        port=stand.broker.port,
        site_id=enrolled.site_id,
        gateway_id=enrolled.gateway_id,
        authority=str(enrolled.tls.authority),
        certificate=str(enrolled.tls.certificate),
        key=str(enrolled.tls.key),
        signing_keys={key_id: raw.hex() for key_id, raw in enrolled.signing_keys.items()},
    )
    return GatewayVictim(plan, folder, f"gateway {number}")
