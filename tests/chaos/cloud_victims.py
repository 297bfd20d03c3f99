"""The cloud's processes that can be killed: one that does everything, or API, ingester and publisher apart."""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.club import SECRET
from tests.integration.site_stand import Stand

START_WITHIN_S: Final = 180.0
END_WITHIN_S: Final = 15.0
ALONE: Final = (("cloud", "cloud", ("serve",)),)
APART: Final = (
    ("API", "cloud", ("serve", "--no-worker")),
    ("ingester", "cloud", ("worker", "--duty", "ingest")),
    ("publisher", "cloud-2", ("worker", "--duty", "publish")),
)
"""Names, certificates at the broker, and what `tornello-cloud` is told."""


@dataclass
class CloudVictim:
    """One process of `tornello-cloud`; `words` are its arguments, `certificate` the name of its files."""

    stand: Stand
    name: str
    certificate: str
    words: tuple[str, ...]
    _process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """Where its present life listens; 0 while it does not."""
        found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", self._log.read_text(errors="replace"))
        return int(found[1]) if found else 0

    def start(self) -> None:
        """Begin a life; returns when it listens, if it is one that does."""
        folder, broker = self.stand.folder, self.stand.settings.broker
        secret = folder / "secret"
        secret.write_text(SECRET.hex())
        secret.chmod(0o600)
        variables = {
            "SECRET_FILE": secret,
            "LISTEN": "127.0.0.1:0",
            "DATABASE_URL": self.stand.club.database.engine.url.render_as_string(hide_password=False),
            "AUTHORITY_DIR": folder,
            "BROKER_HOST": broker.host,
            "BROKER_PORT": broker.port,
            "BROKER_CERT": folder / f"{self.certificate}.pem",
            "BROKER_KEY": folder / f"{self.certificate}-key.pem",
        }
        environment = {**os.environ, **{f"TORNELLO_{name}": str(value) for name, value in variables.items()}}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cloud.cli", *self.words],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_WITHIN_S
        while "serve" in self.words and not self.port:
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        assert self._process is not None, "it was started"
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End in order, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def _log(self) -> Path:
        return self.stand.folder / f"{self.name}.log"
