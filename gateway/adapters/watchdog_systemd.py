"""Tells systemd how the service is, over its notification socket (sd_notify(3)); without systemd it says nothing."""

import os
import socket
from collections.abc import Mapping
from typing import Final

MICROSECONDS_PER_SECOND: Final = 1_000_000


class SystemdNotifier:
    """`address` is NOTIFY_SOCKET; a leading `@` names an abstract socket."""

    def __init__(self, address: str | None, *, watchdog_s: float | None) -> None:
        self._address = address
        self.watchdog_s = watchdog_s if address else None
        """How long systemd waits for a sign of life, in seconds; None when it does not wait for any."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "SystemdNotifier":
        """What systemd has set for this process; a WATCHDOG_PID of another process is not for us."""
        timeout = environment.get("WATCHDOG_USEC", "")
        is_ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        watchdog_s = int(timeout) / MICROSECONDS_PER_SECOND if timeout.isdecimal() and is_ours else None
        return cls(environment.get("NOTIFY_SOCKET"), watchdog_s=watchdog_s)

    @property
    def is_heard(self) -> bool:
        """Whether a service manager listens, who will start the program again after it has ended."""
        return bool(self._address)

    def tell_ready(self) -> None:
        """The service has started."""
        self._send("READY=1")

    def tell_alive(self) -> None:
        """The service is well; to be repeated within `watchdog_s`."""
        self._send("WATCHDOG=1")

    def tell_stopping(self) -> None:
        """The service is about to end."""
        self._send("STOPPING=1")

    def _send(self, state: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
            door.setblocking(False)
            door.sendto(state.encode(), address)
