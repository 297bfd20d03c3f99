"""Child processes that start in order, are ready before the next one starts, and never outlive their parent."""

import ctypes
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

READY_WITHIN_S: Final = 20.0
STOP_WITHIN_S: Final = 5.0
_PR_SET_PDEATHSIG: Final = 1
_LOG_TAIL_LINES: Final = 15
_libc = ctypes.CDLL(None)


class ChildFailedError(Exception):
    """A process that ended, or never became ready; the message holds the end of its log."""


def _die_with_parent() -> None:
    """Linux: the kernel ends the child when the parent is gone, however it went."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process with its log file; start, wait until ready, stop or kill, start again."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        is_ready: Callable[[], bool],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._command = list(command)
        self._environment = environment
        self._log = log
        self._is_ready = is_ready
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start without waiting; the log begins anew, the last one is kept beside it."""
        assert not self.is_running, f"{self.name} runs already"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        if self._log.exists():
            self._log.replace(self._log.with_suffix(".previous.log"))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to hand on, in order
                preexec_fn=_die_with_parent,  # noqa: PLW1509 the demo has one thread
            )

    def wait_ready(self, timeout_s: float = READY_WITHIN_S) -> None:
        """Block until the process answers.

        Raises:
            ChildFailedError: it ended, or is not ready in time.
        """
        deadline = time.monotonic() + timeout_s
        while not self._is_ready():
            if not self.is_running:
                raise ChildFailedError(f"{self.name} ended while starting:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ChildFailedError(f"{self.name} is not ready after {timeout_s:.0f} s:\n{self.log_tail()}")
            time.sleep(0.03)

    def reload(self) -> None:
        """SIGHUP: read the configuration again."""
        if self._process is not None and self.is_running:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Ask it to end, insist after five seconds; nothing to do when it is gone."""
        if self._process is None:
            return
        if self.is_running:
            self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL: no clean-up, like a power cut for this process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def log_tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
        return "\n".join(f"    {line}" for line in lines[-_LOG_TAIL_LINES:]) or "    (its log is empty)"
