"""A device without metal: a Debian root where commands run, at first as in an image, then as on a booted machine."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

BOOT: Final = Path(__file__).with_name("boot.sh")
PACKAGES: Final = ("python3", "systemd", "systemd-sysv", "dbus", "udev", "ca-certificates")
"""What Raspberry Pi OS has anyway; python3-venv is not among it."""
BOOT_S: Final = 240.0
"""Without any network Debian 12 waits two minutes for one, where networkd is used."""
COMMAND_S: Final = 600.0
Done = subprocess.CompletedProcess[str]


class DeviceError(Exception):
    """The device cannot be made or does not do what it must; the text says why."""


def make_root(suite: str, cache: Path, root: Path, *, more: Sequence[str] = ()) -> None:
    """A fresh Debian with `more` packages in an empty folder, from the archive that the first call keeps in `cache`."""
    archive = cache / f"{'-'.join(['debian', suite, *more])}.tar"
    if not archive.exists():
        cache.mkdir(parents=True, exist_ok=True)
        fresh = archive.with_suffix("")
        shutil.rmtree(fresh, ignore_errors=True)
        _on_host("debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", suite, str(fresh))
        if more:
            shutil.copy("/etc/resolv.conf", fresh / "etc")
            device = Device(fresh)
            device.run("apt-get", "update")
            device.run("apt-get", "install", "--yes", "--no-install-recommends", *more)
        _on_host("tar", "-C", str(fresh), "-cf", f"{archive}.new", ".")
        shutil.rmtree(fresh)
        Path(f"{archive}.new").rename(archive)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    _on_host("tar", "-C", str(root), "-xf", str(archive))


class Device:
    """The root at `root`; not booted at first."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._machine: subprocess.Popen[bytes] | None = None
        self._first_process = 0
        self._cgroup = _cgroup_folder() / f"tornello-{root.name}"

    def run(self, *command: str, is_checked: bool = True) -> Done:
        """Run a command as root, in the booted machine or, before it is booted, in the bare root."""
        if self._machine is None:
            inside = ["unshare", "--mount", "--pid", "--fork", f"--root={self.root}", "--mount-proc"]
        else:
            inside = ["nsenter", f"--target={self._first_process}", "--all", "--root"]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(
            [*inside, *command], check=False, capture_output=True, text=True, timeout=COMMAND_S, env=environment
        )
        if is_checked and done.returncode != 0:
            raise DeviceError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def boot(self) -> None:
        """Start the machine and wait until systemd has come to rest."""
        self._cgroup.mkdir(exist_ok=True)
        log = (self.root.parent / f"{self.root.name}.boot.log").open("wb")
        with log:
            self._machine = subprocess.Popen(
                ["sh", str(BOOT), str(self.root), str(self._cgroup)], stdout=log, stderr=log
            )
        self.until("the machine boots", self._is_up, BOOT_S)

    def shut_down(self) -> None:
        """Pull the plug."""
        if self._machine is not None:
            self._machine.kill()
            self._machine.wait()
            self._machine = None
        deadline = time.monotonic() + BOOT_S
        while self._cgroup.exists() and time.monotonic() < deadline:
            for folder in sorted(self._cgroup.glob("**/"), reverse=True):
                try:
                    folder.rmdir()
                except OSError:
                    time.sleep(0.1)  # its last process has yet to end
                    break

    def until(self, what: str, holds: Callable[[], bool], timeout_s: float) -> float:
        """Wait until it holds, and give how long that took in seconds; DeviceError when it never does."""
        began = time.monotonic()
        while not holds():
            if time.monotonic() - began > timeout_s:
                raise DeviceError(f"in {timeout_s:.0f} s it did not happen that {what}")
            time.sleep(0.25)
        return time.monotonic() - began

    @property
    def network(self) -> str:
        """Where the booted machine's network is found."""
        return f"/proc/{self._first_process}/ns/net"

    def unit(self, prop: str, unit: str = "tornello-gateway.service") -> str:
        """A property of a unit, as systemd shows it."""
        return self.run("systemctl", "show", "--value", f"--property={prop}", unit).stdout.strip()

    def package_state(self) -> tuple[str, str]:
        """dpkg's status of the package and its version; empty when dpkg does not know it."""
        shown = self.run("dpkg-query", "-W", "-f=${Status}|${Version}", "tornello-gateway", is_checked=False).stdout
        status, _, version = shown.partition("|")
        return status, version

    def releases(self) -> dict[str, Any]:
        """What `tornello-gateway-release status` says."""
        answer: dict[str, Any] = json.loads(self.run("tornello-gateway-release", "status", "--json").stdout)
        return answer

    def _is_up(self) -> bool:
        assert self._machine is not None
        if self._machine.poll() is not None:
            log = self.root.parent / f"{self.root.name}.boot.log"
            raise DeviceError(f"the machine does not boot: {log.read_text().strip()[-500:]}")
        children = Path(f"/proc/{self._machine.pid}/task/{self._machine.pid}/children").read_text().split()
        if not children:
            return False
        self._first_process = int(children[0])
        if Path(f"/proc/{children[0]}/comm").read_text().strip() != "systemd":
            return False
        return self.run("systemctl", "is-system-running", is_checked=False).stdout.strip() in {"running", "degraded"}


def _cgroup_folder() -> Path:
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, target, kind, *_ = line.split()
        if kind == "cgroup2":
            return Path(target)
    raise DeviceError("needs cgroups of version 2")


def _on_host(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise DeviceError(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()[-500:]}")
