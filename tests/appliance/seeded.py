"""The first boot of a seeded card, with the cloud-init of Debian: steps as in `story`, on a device of its own."""

import contextlib
import ctypes
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from provisioning.cloud_init.seed import Seed, WirelessNetwork, write_seed
from tests.appliance.device import Device
from tests.appliance.enrolled import CONFIGURATION, STATE, user_of
from tests.certificates import Authority
from tests.enrolment_server import EnrolmentServer, token_for

MORE_PACKAGES: Final = ("cloud-init", "iproute2", "locales", "netplan.io", "openssh-server", "sudo")
BOOT_PARTITION: Final = Path("boot/firmware")
KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJvb3Q installer@club"
FIRST_BOOT_S: Final = 180.0
_NETWORK: Final = 0x40000000
"""CLONE_NEWNET (setns(2)); Python has had setns itself since 3.12."""


@dataclass
class SeededCard:
    """`folder` is for the club's authority and the seed's sources."""

    device: Device
    package: Path
    folder: Path
    token: str = ""
    authority: Authority = field(init=False)

    def steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """In this order."""
        yield "seeded: cloud-init's own check finds nothing wrong", self.seed
        yield "booted: account, host name, networks and gateway are there", self.boot
        yield "no password on the card, and the claim is nowhere but with the gateway", self.look_for_secrets
        yield "enrolled as soon as the cloud answers, and the claim is gone", self.be_enrolled

    def seed(self) -> str:
        self.authority = Authority.create(self.folder / "ca")
        self.token = token_for(self.authority)
        configuration = self.folder / "gateway.toml"
        configuration.write_text(CONFIGURATION)
        url = "https://club.invalid:8443"
        radio = WirelessNetwork("Club", "correct horse battery", "IT")
        seed = Seed("lane-1", "tornello-admin", (KEY,), url, self.token, self.package, configuration, radio)
        boot = self.device.root / BOOT_PARTITION
        write_seed(seed, boot)
        # Where an image's cloud-init looks is its own setting; this is a place that every cloud-init knows.
        nocloud = self.device.root / "var/lib/cloud/seed/nocloud"
        nocloud.mkdir(parents=True)
        for name in ("meta-data", "user-data", "network-config"):
            shutil.copy(boot / name, nocloud)
        done = self.device.run("cloud-init", "schema", "--config-file", f"/{BOOT_PARTITION}/user-data")
        return done.stdout.strip().splitlines()[-1]

    def boot(self) -> str:
        self.device.boot()
        took = self.device.until("cloud-init is done", self.is_set_up, FIRST_BOOT_S)
        status = self.device.run("cloud-init", "status", "--long").stdout
        assert "status: done" in status, (
            status + (self.device.root / "var/log/cloud-init-output.log").read_text()[-2000:]
        )
        assert self.device.run("hostname").stdout.strip() == "lane-1"
        self.device.run("netplan", "generate")
        network = (self.device.root / "etc/netplan/50-cloud-init.yaml").read_text()
        assert all(name in network for name in ("eth*", "en*", "Club")), network
        keys = self.device.root / "home/tornello-admin/.ssh/authorized_keys"
        assert KEY in keys.read_text()
        assert self.device.package_state()[0] == "install ok installed"
        assert (self.device.root / "etc/tornello/gateway.toml").read_text() == CONFIGURATION
        return f"{took:.0f} s after systemd was up"

    def look_for_secrets(self) -> str:
        shadow = (self.device.root / "etc/shadow").read_text().splitlines()
        assert not [line for line in shadow if line.split(":")[1][:1] not in {"!", "*"}], "an account has a password"
        token = self.device.root / STATE / "claim/token"
        user, group = user_of(self.device.root)
        found = token.stat()
        assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (user, group, 0o600)
        assert token.parent.parent.stat().st_mode & 0o777 == 0o700
        others = [path for path in self.readable_files() if path != token and self.token.encode() in path.read_bytes()]
        assert not others, others
        return "the claim is 0600, of the gateway's user"

    def be_enrolled(self) -> str:
        identity = self.device.root / STATE / "identity/identity.json"
        assert not identity.exists()
        with self.cloud() as server:
            (self.device.root / STATE / "claim/environment").write_text(f"TORNELLO_CLOUD_URL={server.url}\n")
            self.device.run("systemctl", "restart", "tornello-gateway-enrol.service")
        assert identity.stat().st_uid == user_of(self.device.root)[0]
        assert not (self.device.root / STATE / "claim").exists()
        self.device.until("the gateway is ready", lambda: self.device.unit("ActiveState") == "active", 60.0)
        return self.device.run("tornello-gateway", "status").stdout.splitlines()[0]

    def is_set_up(self) -> bool:
        shown = self.device.run("cloud-init", "status", is_checked=False).stdout
        return "done" in shown or "error" in shown

    def readable_files(self) -> Iterator[Path]:
        """Every plain file on the device's disk."""
        for folder, names, files in os.walk(self.device.root):
            if Path(folder) == self.device.root:
                names[:] = [name for name in names if name not in {"proc", "sys", "dev", "run"}]
            yield from (path for name in files if (path := Path(folder, name)).is_file() and not path.is_symlink())

    @contextlib.contextmanager
    def cloud(self) -> Iterator[EnrolmentServer]:
        """The cloud's side of an enrolment, on the device's loopback."""
        with self.device_network():
            server = EnrolmentServer(self.authority, self.authority.issue("cloud"), "127.0.0.1")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    @contextlib.contextmanager
    def device_network(self) -> Iterator[None]:
        """Sockets that are made meanwhile belong to the device's network."""
        libc = ctypes.CDLL(None, use_errno=True)
        with Path("/proc/self/ns/net").open() as own, Path(self.device.network).open() as other:
            assert libc.setns(other.fileno(), _NETWORK) == 0, os.strerror(ctypes.get_errno())
            try:
                yield
            finally:
                assert libc.setns(own.fileno(), _NETWORK) == 0
