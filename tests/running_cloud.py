"""The cloud as its users start it: `tornello-cloud serve` in a process of its own, on free ports."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.club import SECRET

START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 10.0


@dataclass
class RunningCloud:
    """A process, its log, and where it listens."""

    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def port(self, scheme: str) -> int:
        found = re.search(rf"listening on {scheme}://127\.0\.0\.1:(\d+)", self.log)
        assert found, self.log
        return int(found[1])

    def stop(self) -> float:
        """Ask it to end; the seconds that it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        return time.monotonic() - started


@contextlib.contextmanager
def running_cloud(folder: Path, environment: dict[str, str], *arguments: str) -> Iterator[RunningCloud]:
    """`serve` with these TORNELLO_ variables (without the prefix), ready for requests."""
    secret_file = folder / "secret"
    secret_file.write_text(SECRET.hex())
    secret_file.chmod(0o600)
    variables = {"SECRET_FILE": str(secret_file), "LISTEN": "127.0.0.1:0", **environment}
    log_file = folder / "cloud.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cloud.cli", "serve", *arguments],
            env={**os.environ, **{f"TORNELLO_{name}": value for name, value in variables.items()}},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    cloud = RunningCloud(process, log_file)
    try:
        _wait_until_listening(cloud, expected=1 + ("TLS_LISTEN" in environment))
        yield cloud
    finally:
        if process.poll() is None:
            cloud.stop()


def _wait_until_listening(cloud: RunningCloud, expected: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while cloud.log.count("listening on") < expected:
        assert cloud.process.poll() is None, cloud.log
        assert time.monotonic() < deadline, cloud.log
        time.sleep(0.02)
