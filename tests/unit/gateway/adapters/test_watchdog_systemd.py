"""What systemd's environment means."""

import os

import pytest

from gateway.adapters.watchdog_systemd import SystemdNotifier


def test_without_systemd_nothing_is_said() -> None:
    notifier = SystemdNotifier.from_environment({})
    notifier.tell_ready()
    assert notifier.watchdog_s is None


@pytest.mark.parametrize(
    ("environment", "watchdog_s"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_ours_only_when_systemd_says_so(environment: dict[str, str], watchdog_s: float | None) -> None:
    assert SystemdNotifier.from_environment({"NOTIFY_SOCKET": "/run/x", **environment}).watchdog_s == watchdog_s
