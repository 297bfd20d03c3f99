"""The life of a package on a device, step by step; each step gives what it saw."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.appliance.device import Device, Done
from tests.appliance.enrolled import PASSPHRASE, STATE, enrol, journal_rows, user_of

Rows = dict[int, tuple[bytes, bytes]]
READY_S = 60.0
CONFIRMED_S = 120.0


@dataclass
class Story:
    """`packages` are files by what is wrong with them: `first`, `better`, the names of the faults, and `newest`."""

    device: Device
    packages: dict[str, Path]
    rows: Rows = field(default_factory=dict)

    def steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """In this order."""
        yield "installed where no systemd runs, as into an image", self.install_into_image
        yield "enrolled, with events that the cloud does not have", self.enrol
        yield "booted: its unit starts it, hardened", self.start
        yield "upgraded while it runs: the journal is kept", self.upgrade
        yield "the new release is confirmed after its minute", self.be_confirmed
        yield "a release that cannot be imported is refused, the gate is not even restarted", self.refuse_unimportable
        yield "the package in force installed again heals dpkg", self.heal
        yield "a release that never becomes ready is taken back at once", self.take_back_unready
        yield "a release that ends soon after it was ready is taken back by the watch", self.take_back_unsteady
        yield "a power cut in the middle of a trial: the watch goes on after the boot", self.survive_power_cut
        yield "taken back after it had changed the stores: no event is lost", self.take_back_newer_stores
        yield "an older package goes in force too, and a person takes it back", self.go_back_by_hand

    def last_steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """When nothing else is to be seen."""
        yield "removed: the journal and the identity are kept", self.remove
        yield "purged: no secret and no file of its user is left", self.purge

    def install(self, name: str) -> Done:
        package = self.packages[name]
        target = self.device.root / "srv" / package.name
        target.write_bytes(package.read_bytes())
        done = self.device.run("dpkg", "-i", f"/srv/{package.name}", is_checked=False)
        target.unlink()
        return done

    def install_into_image(self) -> str:
        began = time.monotonic()
        done = self.install("first")
        assert done.returncode == 0, done.stdout + done.stderr
        took = time.monotonic() - began
        assert self.device.package_state() == ("install ok installed", "0.1.0")
        assert "is in force" in done.stdout, done.stdout
        assert (self.device.root / "etc/tornello/gateway.toml").stat().st_mode & 0o777 == 0o640
        enabled = self.device.run("systemctl", "is-enabled", "tornello-gateway", "tornello-gateway-enrol")
        version = self.device.run("tornello-gateway", "--help")
        assert "enrol" in version.stdout
        tree = self.device.root / "opt/tornello-gateway"
        size = sum(path.lstat().st_size for path in tree.rglob("*"))
        return f"{took:.0f} s, {size / 1e6:.0f} MB on the card, units {'/'.join(enabled.stdout.split())}"

    def enrol(self) -> str:
        asyncio.run(enrol(self.device.root))
        self.rows = journal_rows(self.device.root)
        return f"{len(self.rows)} events"

    def start(self) -> str:
        self.device.boot()
        took = self.device.until("the gateway is ready", self.is_active, READY_S)
        self.assert_rows_kept()
        assert self.device.unit("NRestarts") == "0"
        credential = "/run/credentials/tornello-gateway.service/identity-passphrase"
        assert self.device.run("cat", credential).stdout == PASSPHRASE, "systemd gives it what the credstore has"
        status = self.device.run("tornello-gateway", "status").stdout.splitlines()[0]
        return f"{status}; ready {took:.1f} s after the boot"

    def upgrade(self) -> str:
        before = self.main_process()
        done = self.install("better")
        assert done.returncode == 0, done.stdout + done.stderr
        releases = self.device.releases()
        assert releases["is_on_trial"] is True
        assert (version_of(releases["current"]), version_of(releases["previous"])) == ("0.2.0", "0.1.0")
        assert self.is_active()
        assert self.main_process() != before
        self.assert_rows_kept()
        return f"{releases['previous']} -> {releases['current']}, {len(self.rows)} events as before"

    def be_confirmed(self) -> str:
        took = self.device.until("the trial is over", self.is_confirmed, CONFIRMED_S)
        assert version_of(self.device.releases()["current"]) == "0.2.0"
        return f"after {took:.0f} s"

    def refuse_unimportable(self) -> str:
        before = self.main_process()
        done = self.install("cannot be imported")
        assert done.returncode == 1
        assert "failed its self-test" in done.stderr, done.stdout + done.stderr
        assert self.device.package_state() == ("install ok half-configured", "0.3.0")
        assert self.main_process() == before
        releases = self.device.releases()
        assert version_of(releases["current"]) == "0.2.0"
        return f"dpkg: half-configured; {releases['refused'][-1]['reason']}"

    def heal(self) -> str:
        before = self.main_process()
        began = time.monotonic()
        assert self.install("better").returncode == 0
        assert self.device.package_state() == ("install ok installed", "0.2.0")
        took = time.monotonic() - began
        # As when the distribution replaces its Python: here it is the same one, and there is nothing to do.
        self.device.run("dpkg-trigger", "--by-package=python3-minimal", "/usr/bin/python3")
        assert "in force already" in self.device.run("dpkg", "--triggers-only", "tornello-gateway").stdout
        assert self.main_process() == before
        return f"{took:.0f} s, the gateway ran through"

    def take_back_unready(self) -> str:
        done = self.install("never becomes ready")
        assert done.returncode == 1
        assert "did not become ready" in done.stderr, done.stdout + done.stderr
        self.assert_back_at("0.2.0")
        return str(self.device.releases()["refused"][-1]["reason"])

    def take_back_unsteady(self) -> str:
        refused = self.refused()
        assert self.install("ends soon after it was ready").returncode == 0
        took = self.wait_for_refusal(after=refused)
        self.assert_back_at("0.2.0")
        assert self.device.package_state() == ("install ok installed", "0.5.0")
        return f"after {took:.0f} s: {self.device.releases()['refused'][-1]['reason']}"

    def survive_power_cut(self) -> str:
        refused = self.refused()
        assert self.install("ends soon after it was ready").returncode == 0
        assert self.refused() == refused, "the plug must be pulled before the watch has seen the end"
        self.device.shut_down()
        self.device.boot()
        took = self.wait_for_refusal(after=refused)
        self.assert_back_at("0.2.0")
        return f"{took:.0f} s after the boot"

    def take_back_newer_stores(self) -> str:
        refused = self.refused()
        assert self.install("ends after it has changed the stores").returncode == 0
        self.wait_for_refusal(after=refused)
        aside = [path.name for path in (self.device.root / STATE).glob("*.aside-newer-????")]
        assert len(aside) == 2, aside
        # Under a new epoch: the same numbers and contents, linked anew.
        found = journal_rows(self.device.root)
        lost = [seq for seq, (content, _) in self.rows.items() if seq not in found or found[seq][0] != content]
        assert not lost, f"events lost or changed: {lost[:10]}"
        self.rows = found
        return f"{len(found)} events taken over, put aside: {', '.join(sorted(aside))}"

    def go_back_by_hand(self) -> str:
        done = self.install("first")
        assert done.returncode == 0, done.stdout + done.stderr
        assert (self.current(), self.device.package_state()[1]) == ("0.1.0", "0.1.0")
        self.device.run("tornello-gateway-release", "roll-back")
        self.assert_back_at("0.2.0")
        return "0.2.0 -> 0.1.0 -> 0.2.0"

    def remove(self) -> str:
        self.device.run("dpkg", "--remove", "tornello-gateway")
        assert not (self.device.root / "opt/tornello-gateway").exists()
        assert (self.device.root / STATE / "identity/identity.json").exists()
        assert (self.device.root / "etc/tornello/gateway.toml").exists()
        self.assert_rows_kept()
        return f"{len(journal_rows(self.device.root))} events kept"

    def purge(self) -> str:
        assert self.install("first").returncode == 0
        number = user_of(self.device.root)[0]
        self.device.run("dpkg", "--purge", "tornello-gateway")
        left = [path for path in self.files() if path.lstat().st_uid == number or "tornello" in path.name]
        assert not left, [str(path.relative_to(self.device.root)) for path in left]
        assert self.device.package_state()[0] in {"", "unknown ok not-installed"}
        return "nothing but the locked user"

    def files(self) -> Iterator[Path]:
        """Everything on the device's disk, not what its kernel shows, nor what systemd lost in the power cut."""
        for folder, names, files in os.walk(self.device.root):
            if Path(folder) == self.device.root:
                names[:] = [name for name in names if name not in {"proc", "sys", "dev", "run"}]
            yield from (Path(folder) / name for name in (*names, *files) if not name.startswith("systemd-private-"))

    def assert_rows_kept(self) -> None:
        found = journal_rows(self.device.root)
        lost = [seq for seq, row in self.rows.items() if found.get(seq) != row]
        assert not lost, f"events lost or changed: {lost[:10]}"

    def assert_back_at(self, version: str) -> None:
        releases = self.device.releases()
        assert version_of(releases["current"]) == version, releases
        assert releases["is_on_trial"] is False
        assert self.is_active()
        self.assert_rows_kept()

    def refused(self) -> int:
        return len(self.device.releases()["refused"])

    def wait_for_refusal(self, *, after: int) -> float:
        """Until one more release was refused and the one before serves; gives how long that took, in seconds."""
        took = self.device.until("it is taken back", lambda: self.refused() > after, CONFIRMED_S)
        self.device.until("the gateway is ready again", self.is_active, READY_S)
        return took

    def is_active(self) -> bool:
        return self.device.unit("ActiveState") == "active"

    def is_confirmed(self) -> bool:
        return not self.device.releases()["is_on_trial"]

    def main_process(self) -> str:
        return self.device.unit("MainPID")

    def current(self) -> str:
        return version_of(self.device.releases()["current"])


def version_of(release: Any) -> str:
    return str(release).rpartition("-")[0]
