"""Where the demo keeps what, and on which ports it listens."""

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from provisioning.authority import REVOCATION_FILE

LANES: Final = ("Lane 1", "Lane 2")
SITE_NAME: Final = "Tornello Club"
_PORTS_FILE: Final = "ports.json"
STAFF_EMAIL: Final = "reception@demo.tornello.example"
COLLEAGUES: Final = {
    "manager@demo.tornello.example": ("Marta Villa", "manager"),
    "sales@demo.tornello.example": ("Paul Turner", "sales"),
    "trainer@demo.tornello.example": ("Leo Marchetti", "trainer"),
}
"""Who else may sign in, with the same password: name and role."""


class PortsBusyError(Exception):
    """Another program listens on a port that the demo wants."""


@dataclass(frozen=True)
class Ports:
    """TCP ports, all on the loopback address."""

    console: int = 8080
    enrolment: int = 8443
    broker: int = 8883
    turnstile: int = 8090

    def check_free(self) -> None:
        """Fail early and by name.

        Raises:
            PortsBusyError: with the variable that moves the port.
        """
        busy = [f"{name} {port}" for name, port in asdict(self).items() if not _is_free(port)]
        if busy:
            raise PortsBusyError(
                f"in use by another program: {', '.join(busy)}. "
                "Stop it, or choose others: TORNELLO_DEMO_PORTS=console,enrolment,broker,turnstile make demo"
            )


def choose_ports(root: Path) -> Ports:
    """The ports that this site was made with; for a new one the usual ports, or four numbers in TORNELLO_DEMO_PORTS.

    Raises:
        ValueError: the variable does not hold four numbers, or others than the site was made with.
    """
    kept = root / _PORTS_FILE
    made_with = Ports(**json.loads(kept.read_text())) if kept.exists() else None
    text = os.environ.get("TORNELLO_DEMO_PORTS")
    if not text:
        return made_with or Ports()
    numbers = [int(part) for part in text.split(",")]
    if len(numbers) != len(asdict(Ports())):
        raise ValueError("TORNELLO_DEMO_PORTS wants four numbers: console,enrolment,broker,turnstile")
    wanted = Ports(*numbers)
    if made_with not in {None, wanted}:
        raise ValueError(f"this demo was made with other ports ({made_with}): run `make demo-reset` first")
    return wanted


def free_ports() -> Ports:
    """Four ports that nobody uses at this moment, for a run beside another demo."""
    sockets = [socket.socket() for _ in asdict(Ports())]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return Ports(*(each.getsockname()[1] for each in sockets))
    finally:
        for each in sockets:
            each.close()


@dataclass(frozen=True)
class Layout:
    """The folder of one demo site. Everything in it can be forgotten and made again."""

    root: Path
    ports: Ports

    @property
    def authority(self) -> Path:
        return self.root / "authority"

    @property
    def revocation_list(self) -> Path:
        return self.authority / REVOCATION_FILE

    @property
    def broker(self) -> Path:
        return self.root / "broker"

    @property
    def cloud(self) -> Path:
        return self.root / "cloud"

    @property
    def turnstile(self) -> Path:
        return self.root / "turnstile"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.cloud / 'tornello.db'}"

    @property
    def console_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.console}"

    @property
    def turnstile_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.turnstile}"

    @property
    def enrolment_url(self) -> str:
        return f"https://localhost:{self.ports.enrolment}"

    def gateway(self, lane: str) -> Path:
        return self.root / "gateways" / slug(lane)

    def write_sign_in(self, email: str, password: str) -> None:
        """Keep the demo's sign-in so that a second start can print it again."""
        path = self.root / "sign-in.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps({"email": email, "password": password}))

    def write_ports(self) -> None:
        """Gateways are told the broker's port when they are enrolled, so a site keeps its ports."""
        (self.root / _PORTS_FILE).write_text(json.dumps(asdict(self.ports)))

    def read_sign_in(self) -> tuple[str, str]:
        data = json.loads((self.root / "sign-in.json").read_text())
        return data["email"], data["password"]


def slug(name: str) -> str:
    """A lane's name as a file name: `Lane 1` -> `lane-1`."""
    return name.lower().replace(" ", "-")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
