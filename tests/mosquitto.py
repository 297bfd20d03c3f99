"""A real mosquitto as a child process: started on a free port, killed, frozen and started again by the tests."""

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

START_TIMEOUT_S = 10.0
_ATTEMPTS = 5


@dataclass(frozen=True)
class BrokerTls:
    """Mutual TLS: clients must show a certificate of `authority`, whose common name becomes the user name."""

    authority: Path
    certificate: Path
    key: Path
    revocation_list: Path | None = None


@dataclass
class Broker:
    """One mosquitto; its port stays the same over restarts, it keeps nothing on disk."""

    folder: Path
    tls: BrokerTls | None = None
    access_list: str | None = None
    extra_lines: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start and return when connections are accepted; the first start looks for a free port."""
        assert self._process is None, "already running"
        attempts = _ATTEMPTS if self.port == 0 else 1
        for attempt in range(attempts):
            port = self.port or _free_port()
            self._spawn(port)
            if self._is_listening(port):
                self.port = port
                return
            self._forget(signal.SIGKILL)
            if attempt == attempts - 1:
                raise AssertionError(f"mosquitto does not start:\n{self.log()}")

    def kill(self) -> None:
        """kill -9: no farewell, nothing saved."""
        self._forget(signal.SIGKILL)

    def stop(self) -> None:
        """Terminate in good order; nothing happens when it is not running."""
        if self._process is not None:
            self.thaw()
            self._forget(signal.SIGTERM)

    def reload(self) -> None:
        """Read the configuration and the list of revoked certificates again (SIGHUP)."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def freeze(self) -> None:
        """A black hole: connections stay open, nobody answers (SIGSTOP)."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def log(self) -> str:
        """What mosquitto has said so far."""
        path = self.folder / "mosquitto.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _spawn(self, port: int) -> None:
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text("\n".join(self._configuration(port)) + "\n")
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, "-c", str(configuration)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _configuration(self, port: int) -> Iterator[str]:
        yield f"listener {port} {self.host}"
        yield "user root"
        yield "set_tcp_nodelay true"
        yield "persistence false"
        yield "log_type error"
        yield "log_type warning"
        yield "log_type notice"
        if self.tls is None:
            yield "allow_anonymous true"
        else:
            yield f"cafile {self.tls.authority}"
            yield f"certfile {self.tls.certificate}"
            yield f"keyfile {self.tls.key}"
            yield "require_certificate true"
            yield "use_identity_as_username true"
            if self.tls.revocation_list is not None:
                yield f"crlfile {self.tls.revocation_list}"
        if self.access_list is not None:
            path = self.folder / "access_list"
            path.write_text(self.access_list)
            path.chmod(0o600)
            yield f"acl_file {path}"
        yield from self.extra_lines

    def _is_listening(self, port: int) -> bool:
        assert self._process is not None
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((self.host, port), timeout=1.0):
                return self._process.poll() is None
            time.sleep(0.01)
        return False

    def _forget(self, by: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(by)
        try:
            self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=5.0)
        self._process = None


@contextlib.contextmanager
def running_broker(
    folder: Path,
    *,
    tls: BrokerTls | None = None,
    access_list: str | None = None,
    extra_lines: tuple[str, ...] = (),
) -> Iterator[Broker]:
    """A broker for the time of a test: plain and open to all without `tls`, mutual TLS with it."""
    broker = Broker(folder, tls=tls, access_list=access_list, extra_lines=extra_lines)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
