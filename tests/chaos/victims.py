"""What can be killed: broker, cloud and gateways, each a real process, over mutual TLS."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from tests.chaos.gateway_under_load import LoadPlan
from tests.integration.site_stand import Stand
from tests.mosquitto import Broker
from tests.running_cloud import RunningCloud, running_cloud

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
class CloudVictim:
    """`tornello-cloud serve`: console, API, workers and link in one process."""

    stand: Stand
    name: str = "cloud"
    _life: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _running: RunningCloud | None = None

    def start(self) -> None:
        settings = self.stand.settings
        environment = {
            "DATABASE_URL": self.stand.club.database.engine.url.render_as_string(hide_password=False),
            "AUTHORITY_DIR": str(settings.authority_dir),
            "BROKER_HOST": settings.broker.host,
            "BROKER_PORT": str(settings.broker.port),
            "BROKER_CERT": str(settings.broker_certificate),
            "BROKER_KEY": str(settings.broker_key),
        }
        self._running = self._life.enter_context(running_cloud(self.stand.folder, environment))

    def kill(self) -> None:
        assert self._running is not None, "it was started"
        self._running.process.kill()
        self._running.process.wait()

    def stop(self) -> None:
        self._life.close()


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
    cloud: CloudVictim
    gateways: list[GatewayVictim]


@contextlib.contextmanager
def running_victims(stand: Stand, *, gateways: int) -> Iterator[Victims]:
    """All of them, for the time of the block; the broker runs already."""
    victims = Victims(BrokerVictim(stand.broker), CloudVictim(stand), [])
    try:
        victims.cloud.start()
        for number in range(1, gateways + 1):
            victim = _gateway(stand, number)
            victims.gateways.append(victim)
            victim.start()
        yield victims
    finally:
        for victim in victims.gateways:
            victim.stop()
        victims.cloud.stop()


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
