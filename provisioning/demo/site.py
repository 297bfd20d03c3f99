"""The running demo: the site's processes in their order, and the first enrolment of its gateways."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Final

from gateway.status_client import STATUS_SOCKET, read_status
from provisioning.demo import preparation
from provisioning.demo.json_client import JsonClient
from provisioning.demo.layout import LANES, Layout, slug
from provisioning.demo.preparation import Say
from provisioning.demo.processes import READY_WITHIN_S, Child, ChildFailedError
from provisioning.demo.seed import SeededSite

_ENROL_WITHIN_S: Final = 30
_POLL_S: Final = 0.05


class DemoSite:
    """Broker, cloud, virtual turnstile and two gateways on this machine."""

    def __init__(self, layout: Layout, say: Say) -> None:
        self.layout = layout
        self._say = say
        self.api = JsonClient(layout.console_url)
        self.turnstile_api = JsonClient(layout.turnstile_url)
        ports = layout.ports
        self.broker = self._child("broker", [_mosquitto(), "-c", str(layout.broker / "mosquitto.conf")], ports.broker)
        self.cloud = self._child("cloud", [_program("tornello-cloud"), "serve"], ports.console)
        self.turnstile = self._child(
            "turnstile",
            [
                sys.executable,
                "-m",
                "provisioning.virtual_turnstile",
                "--config",
                str(layout.turnstile / "turnstile.toml"),
            ],
            ports.turnstile,
        )
        self.gateways = {lane: self._gateway(lane) for lane in LANES}
        self._list_written_at = 0

    @property
    def children(self) -> list[Child]:
        """All processes, in the order of their start."""
        return [self.broker, self.cloud, self.turnstile, *self.gateways.values()]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start everything; whatever happens, leave no process behind."""
        try:
            self.start()
            yield
        finally:
            for child in reversed(self.children):
                child.stop()

    def start(self) -> None:
        """Prepare the site when it is new, start it, and return when a tap would be answered at every lane.

        Raises:
            ChildFailedError, PortsBusyError: with what to do.
        """
        self.layout.ports.check_free()
        site = None if preparation.is_prepared(self.layout) else preparation.prepare(self.layout, self._say)
        for child in (self.broker, self.cloud):
            self._say(f"starting the {child.name}")
            child.start()
            child.wait_ready()
        self.sign_in()
        if site is not None:
            self._enrol_gateways(site)
            preparation.mark_prepared(self.layout)
        # A gateway that finds no lane yet would begin the feed with "Out of order".
        self._say(f"starting the {self.turnstile.name}")
        self.turnstile.start()
        self.turnstile.wait_ready()
        for child in self.gateways.values():
            self._say(f"starting the {child.name}")
            child.start()
        for child in self.gateways.values():
            child.wait_ready()
        self.wait_until_whole()

    def reload_broker_if_needed(self) -> None:
        """Let the broker read the list of revoked certificates when the cloud has written it anew."""
        written_at = self.layout.revocation_list.stat().st_mtime_ns
        if written_at != self._list_written_at:
            self._list_written_at = written_at
            self.broker.reload()

    def sign_in(self) -> None:
        """Let `api` act as the demo's administrator."""
        email, password = self.layout.read_sign_in()
        self.api.token = self.api.post("/api/v1/sessions", {"email": email, "password": password})["token"]

    def wait_until_whole(self) -> None:
        """Until every reader is online in secure channel and every gateway has the newest state in force.

        Raises:
            ChildFailedError: not within twenty seconds; says what is missing.
        """
        deadline = time.monotonic() + READY_WITHIN_S
        while missing := self._missing():
            for child in self.children:
                if not child.is_running:
                    raise ChildFailedError(f"the {child.name} has ended:\n{child.log_tail()}")
            if time.monotonic() > deadline:
                raise ChildFailedError(f"still missing after {READY_WITHIN_S:.0f} s: {', '.join(missing)}")
            time.sleep(_POLL_S)

    def recorded_events(self, lane: str) -> int:
        """How many events the gateway of a lane has brought to its disk since its first start, by its own account."""
        return asyncio.run(_recorded_events(self._status_socket(lane)))

    def _missing(self) -> list[str]:
        missing = []
        for lane in LANES:
            view = self.turnstile_api.get(f"/lanes/{slug(lane)}")
            if not (view["reader"]["is_secure"] and view["is_lane_connected"] and view["is_status_connected"]):
                missing.append(f"the reader of {lane}")
        missing += [
            f"the state at {gateway['name']}"
            for gateway in self.api.get("/api/v1/gateways")["items"]
            if not (gateway["is_connected"] and gateway["applied_revision"])
        ]
        return missing

    def _enrol_gateways(self, site: SeededSite) -> None:
        for lane in LANES:
            self._say(f"enrolling the gateway of {lane}")
            answer = self.api.post(f"/api/v1/sites/{site.site_id}/claim-tokens", {"lane_id": site.lanes[lane]})
            done = subprocess.run(
                [
                    _program("tornello-gateway"),
                    "enrol",
                    *("--url", self.layout.enrolment_url),
                    *("--token", answer["token"]),
                    *("--config", str(self._gateway_config(lane))),
                ],
                capture_output=True,
                text=True,
                timeout=_ENROL_WITHIN_S,
                check=False,
            )
            if done.returncode != 0:
                raise ChildFailedError(f"the gateway of {lane} was not enrolled:\n{done.stdout}{done.stderr}")

    def _gateway_config(self, lane: str) -> Path:
        return self.layout.gateway(lane) / "gateway.toml"

    def _status_socket(self, lane: str) -> Path:
        return self.layout.gateway(lane) / "state" / STATUS_SOCKET

    def _gateway(self, lane: str) -> Child:
        status = self._status_socket(lane)
        command = [_program("tornello-gateway"), "run", "--config", str(self._gateway_config(lane))]
        name = f"gateway-{slug(lane)}"
        return Child(name, command, self.layout.logs / f"{name}.log", lambda: _accepts_unix(status))

    def _child(self, name: str, command: list[str], port: int) -> Child:
        environment = {**os.environ, **preparation.cloud_environment(self.layout)} if name == "cloud" else None
        log = self.layout.logs / f"{name}.log"
        return Child(name, command, log, lambda: _accepts_tcp(port), environment)


async def _recorded_events(status_socket: Path) -> int:
    async with aclosing(read_status(status_socket)) as records:
        state = await anext(records)
    return int(state["outbox"][1])


def _program(name: str) -> str:
    """One of our commands, from the environment that runs this."""
    return str(Path(sys.executable).parent / name)


def _mosquitto() -> str:
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise ChildFailedError("mosquitto is not installed: run `make setup`")
    return found


def _accepts_tcp(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _accepts_unix(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
