"""The machine's clocks behind the port `SettableClock`, with the trust that `gateway.domain.clock_trust` gives them."""

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.domain.clock_trust import ClockTrust, ClockTrustState, Reading

logger = logging.getLogger(__name__)

# This program was not written before 1 November 2026.
PROGRAM_FLOOR_MS: Final = 1_793_491_200_000
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class MachineClocks:
    """What a machine counts, in nanoseconds: since its start, and since 1970 as far as it knows."""

    boot_id: str
    monotonic_ns: Callable[[], int]
    wall_ns: Callable[[], int]


class SystemClock:
    """`floor_ms` is the latest moment known to have passed, e.g. the start of the certificate's validity.

    `machine` None means this one.
    """

    def __init__(self, floor_ms: int = 0, *, machine: MachineClocks | None = None) -> None:
        self._machine = machine or MachineClocks(_read_boot_id(), time.monotonic_ns, time.time_ns)
        sure_ms = max(floor_ms, PROGRAM_FLOOR_MS)
        self._state = ClockTrustState(sure_ms, self._monotonic_ms(), sure_ms=sure_ms)

    @property
    def boot_id(self) -> str:
        return self._machine.boot_id

    @property
    def trust(self) -> ClockTrust:
        return self._read().trust

    def monotonic(self) -> float:
        return self._machine.monotonic_ns() / 1e9

    def wall_ms(self) -> int:
        return self._read().wall_ms

    def raise_floor(self, floor_ms: int) -> None:
        """That moment has certainly passed, e.g. because the journal has an event of it."""
        self._state = self._state.raise_floor(floor_ms, self._monotonic_ms())

    def note_signed_time(self, cloud_time_ms: int) -> bool:
        if self._state.is_old(cloud_time_ms, self._monotonic_ms()):
            return False
        self._change(self._state.hear(cloud_time_ms, self._monotonic_ms()))
        return True

    def note_answered_time(self, cloud_time_ms: int, round_trip_s: float) -> None:
        before_ms, was_floor_ms = self.wall_ms(), self._state.floor_ms
        self._change(self._state.answer(cloud_time_ms, int(round_trip_s * 1000), self._monotonic_ms()))
        if self._state.floor_ms < was_floor_ms:
            logger.error("the cloud has corrected the time by %.0f s", (self.wall_ms() - before_ms) / 1000)

    def _change(self, state: ClockTrustState) -> None:
        was, self._state = self.trust, state
        if was != "synced" and self.trust == "synced":
            off_s = (self._system_ms() - self.wall_ms()) / 1000
            logger.info("the time is confirmed by the cloud; this machine's clock is off by %.1f s", off_s)

    def _read(self) -> Reading:
        return self._state.read(self._system_ms(), self._monotonic_ms())

    def _monotonic_ms(self) -> int:
        return self._machine.monotonic_ns() // 1_000_000

    def _system_ms(self) -> int:
        return self._machine.wall_ns() // 1_000_000


def _read_boot_id() -> str:
    """The kernel's own name of this boot, which is what its monotonic clock counts from."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return str(uuid.uuid4())
