"""The machine under the gateway: its disk, its clock, and the certificate that lies on it. Blocking, a second or less.

Limits: a card that takes a second for a sync is worn (a good one takes 2 to 20 ms); below 64 MiB the journal's reserve
is all that is left; at a third of its life a certificate should have been renewed.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from sync_protocol.messages import ClockTrust
from sync_protocol.self_test import CheckOutcome

FREE_BYTES_MIN: Final = 64 * 1024 * 1024
FREE_BYTES_LOW: Final = 512 * 1024 * 1024
SYNC_SLOW_MS: Final = 250.0
SYNC_COUNT: Final = 5
CLOCK_OFF_S: Final = 30.0
LIFE_LEFT_LOW: Final = 1 / 4
_PAGE: Final = bytes(4096)
_SYNCHRONIZED: Final = Path("/run/systemd/timesync/synchronized")


def free_bytes(folder: Path) -> int:
    """What an ordinary user may still write to the disk of this folder."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def sync_ms(folder: Path) -> float:
    """How long the slowest of a few small durable writes took, in milliseconds.

    Raises:
        OSError: the disk does not take them.
    """
    slowest_ns = 0
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(SYNC_COUNT):
            begun_ns = time.perf_counter_ns()
            file.write(_PAGE)
            os.fsync(file.fileno())
            slowest_ns = max(slowest_ns, time.perf_counter_ns() - begun_ns)
    return slowest_ns / 1e6


def check_disk(folder: Path, *, fault: str | None = None) -> CheckOutcome:
    """Space, and the time of a durable write; `fault` is what the journal says about this disk."""
    if fault is not None:
        return CheckOutcome("disk", "bad", "disk_fault", measured=fault)
    try:
        free, slowest_ms = free_bytes(folder), sync_ms(folder)
    except OSError as error:
        return CheckOutcome("disk", "bad", "disk_fault", measured=error.strerror or str(error))
    measured = f"{free // 2**20} MiB, fsync {slowest_ms:.1f} ms"
    if free < FREE_BYTES_MIN:
        return CheckOutcome("disk", "bad", "disk_full", measured=measured)
    if free < FREE_BYTES_LOW:
        return CheckOutcome("disk", "warning", "disk_nearly_full", measured=measured)
    if slowest_ms > SYNC_SLOW_MS:
        return CheckOutcome("disk", "warning", "disk_slow", measured=measured)
    return CheckOutcome("disk", "good", measured=measured)


def certificate_life(path: Path) -> tuple[datetime, datetime]:
    """From when until when (UTC) the certificate is valid.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.not_valid_before_utc, certificate.not_valid_after_utc


def certificate_end_s(path: Path) -> float | None:
    """Until when (UTC seconds) the certificate is valid; None when there is none that can be read."""
    try:
        return certificate_life(path)[1].timestamp()
    except (OSError, ValueError):
        return None


def check_certificate(path: Path, now_ms: int) -> CheckOutcome:
    """How long the gateway's own certificate is good for."""
    try:
        begin, end = certificate_life(path)
    except FileNotFoundError:
        return CheckOutcome("certificate", "bad", "not_enrolled")
    except (OSError, ValueError) as error:
        return CheckOutcome("certificate", "bad", "certificate_unreadable", measured=type(error).__name__)
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    measured = f"{(end - now).total_seconds() / 86_400:.1f} d, {end:%Y-%m-%d}"
    if now >= end:
        return CheckOutcome("certificate", "bad", "certificate_expired", measured=measured)
    if now < begin:
        return CheckOutcome("certificate", "bad", "certificate_not_yet_valid", measured=f"{begin:%Y-%m-%d}")
    if (end - now) / (end - begin) < LIFE_LEFT_LOW:
        return CheckOutcome("certificate", "warning", "certificate_ends_soon", measured=measured)
    return CheckOutcome("certificate", "good", measured=measured)


def check_trusted_clock(trust: ClockTrust, wall_ms: int) -> CheckOutcome:
    """The running gateway's time, and how far this machine's own clock is from it."""
    off_s = time.time() - wall_ms / 1000
    measured = f"{off_s:+.1f} s"
    if trust == "untrusted":
        return CheckOutcome("clock", "bad", "clock_untrusted", measured=measured)
    if trust == "floor":
        return CheckOutcome("clock", "warning", "clock_not_confirmed", measured=measured)
    if abs(off_s) > CLOCK_OFF_S:
        return CheckOutcome("clock", "warning", "machine_clock_off", measured=measured)
    return CheckOutcome("clock", "good", measured=measured)


def check_machine_clock(now_s: float, earliest_s: float, synchronized: Path = _SYNCHRONIZED) -> CheckOutcome:
    """This machine's clock while no gateway runs; `earliest_s` has certainly passed. UTC seconds."""
    measured = f"{datetime.fromtimestamp(now_s, UTC):%Y-%m-%d %H:%M} UTC"
    if now_s < earliest_s:
        return CheckOutcome("clock", "bad", "clock_untrusted", measured=measured)
    if not synchronized.exists():
        return CheckOutcome("clock", "warning", "clock_not_confirmed", measured=measured)
    return CheckOutcome("clock", "good", measured=measured)


def check_ports(ports: Sequence[str]) -> tuple[CheckOutcome, ...]:
    """Whether each serial port of the configuration is there and may be opened by who asks."""
    return tuple(_check_port(port) for port in ports)


def _check_port(port: str) -> CheckOutcome:
    if not Path(port).exists():
        return CheckOutcome("port", "bad", "port_missing", Path(port).name)
    if not os.access(port, os.R_OK | os.W_OK):
        return CheckOutcome("port", "bad", "port_forbidden", Path(port).name)
    return CheckOutcome("port", "good", subject=Path(port).name)
