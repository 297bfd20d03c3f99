"""The gateway's service as systemd sees it; where systemd is not the machine's first process, there is no service."""

import subprocess
import time
from pathlib import Path
from typing import Final

from provisioning.appliance.release.upgrade import ActiveState, ServiceState

UNIT: Final = "tornello-gateway.service"
RESTART_TIMEOUT_S: Final = 180.0
QUERY_TIMEOUT_S: Final = 30.0
_ACTIVE: Final[dict[str, ActiveState]] = {
    "active": "active",
    "reloading": "active",
    "activating": "starting",
    "deactivating": "starting",
    "failed": "failed",
    "inactive": "stopped",
}


class SystemdService:
    """Through `systemctl`; a restart through `deb-systemd-invoke`, which heeds the administrator's policy."""

    def __init__(self, running: Path = Path("/run/systemd/system")) -> None:
        self._has_systemd = running.is_dir()

    def state(self) -> ServiceState:
        """What systemd says; `stopped` when it says nothing."""
        if not self._has_systemd:
            return ServiceState("stopped")
        shown = _output(["systemctl", "show", "--property=ActiveState,NRestarts", UNIT])
        values = dict(line.partition("=")[::2] for line in shown.splitlines())
        restarts = values.get("NRestarts", "")
        return ServiceState(
            _ACTIVE.get(values.get("ActiveState", ""), "stopped"), int(restarts) if restarts.isdecimal() else 0
        )

    def restart(self) -> bool:
        """Wait until it says that it is ready; its unit may have changed."""
        if not self._has_systemd:
            return True
        _output(["systemctl", "daemon-reload"])
        command = ["deb-systemd-invoke", "restart", UNIT]
        try:
            done = subprocess.run(command, check=False, capture_output=True, timeout=RESTART_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


class SystemPace:
    """This machine's monotonic clock."""

    def now_s(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=QUERY_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout
