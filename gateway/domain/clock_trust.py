"""How far the time can be believed on a machine without a battery: untrusted, floor, synced. Pure.

- untrusted: the system's clock is behind a moment that has certainly passed, so it is wrong; that moment is used.
- floor: the system's clock is plausible, but nobody has confirmed it since this start.
- synced: the cloud has told the time, signed, since this start.

All times are milliseconds, `monotonic_ms` of one boot. The time never goes behind the floor, which is the latest
moment known to have passed; only the cloud's answer to a question of ours can show that it has not.
"""

from dataclasses import dataclass, replace
from typing import Literal

ClockTrust = Literal["untrusted", "floor", "synced"]

SYSTEM_TOLERANCE_MS = 2_000
LATE_WORD_MS = 60_000
DRIFT_DIVISOR = 1_000  # a quartz is never off by more than a thousandth


@dataclass(frozen=True, slots=True)
class SignedTime:
    """What the cloud said, and when it was heard."""

    cloud_ms: int
    monotonic_ms: int

    def at(self, monotonic_ms: int) -> int:
        """The cloud's time at another moment of this boot."""
        return self.cloud_ms + monotonic_ms - self.monotonic_ms

    def earliest(self, monotonic_ms: int) -> int:
        """The same, should our own clock run too fast."""
        return self.at(monotonic_ms) - (monotonic_ms - self.monotonic_ms) // DRIFT_DIVISOR


@dataclass(frozen=True, slots=True)
class Reading:
    """The time and its trust."""

    wall_ms: int
    trust: ClockTrust


@dataclass(frozen=True, slots=True)
class ClockTrustState:
    """What is known about the time; `floor_since_ms` is the monotonic moment at which the floor was true.

    `sure_ms` has passed whatever anybody says: this program was not written earlier.
    """

    floor_ms: int
    floor_since_ms: int
    signed: SignedTime | None = None
    sure_ms: int = 0

    def read(self, system_ms: int, monotonic_ms: int) -> Reading:
        """The best time that can be given now."""
        floor_ms = self.floor_ms + monotonic_ms - self.floor_since_ms
        if self.signed is None:
            return Reading(system_ms, "floor") if system_ms >= floor_ms else Reading(floor_ms, "untrusted")
        estimate_ms = self.signed.at(monotonic_ms)
        is_system_right = abs(system_ms - estimate_ms) <= SYSTEM_TOLERANCE_MS
        return Reading(max(system_ms if is_system_right else estimate_ms, self.floor_ms), "synced")

    def raise_floor(self, floor_ms: int, monotonic_ms: int) -> "ClockTrustState":
        """`floor_ms` has certainly passed by now."""
        if floor_ms <= self.floor_ms + monotonic_ms - self.floor_since_ms:
            return self
        return replace(self, floor_ms=floor_ms, floor_since_ms=monotonic_ms)

    def is_old(self, cloud_ms: int, monotonic_ms: int) -> bool:
        """Whether a signed word has been held back, or repeated: later than any message takes."""
        earliest_ms = self.floor_ms
        if self.signed is not None:
            earliest_ms = max(earliest_ms, self.signed.cloud_ms, self.signed.earliest(monotonic_ms))
        return cloud_ms < earliest_ms - LATE_WORD_MS

    def hear(self, cloud_ms: int, monotonic_ms: int) -> "ClockTrustState":
        """The cloud has said, and signed, that it is `cloud_ms`: it is that late, or later by the word's way to us.

        So a word can set the clock forward, and back by no more than our own drift: who delays every word would else
        delay the clock with it, and with the clock the end of each command.
        """
        if self.is_old(cloud_ms, monotonic_ms):
            return self
        if self.signed is not None and cloud_ms < self.signed.earliest(monotonic_ms):
            return self
        return replace(self, signed=SignedTime(cloud_ms, monotonic_ms))

    def answer(self, cloud_ms: int, round_trip_ms: int, monotonic_ms: int) -> "ClockTrustState":
        """The cloud has answered now, `round_trip_ms` after our question, that it was `cloud_ms` when it answered.

        It is not earlier than that, nor later by more than the round trip (Cristian, 1989); what was believed is kept
        if it lies between. What lies behind the floor shows that the cloud's own clock had been wrong, and the floor
        with it.
        """
        if cloud_ms < self.sure_ms:
            return self
        latest_ms = cloud_ms + round_trip_ms
        believed_ms = cloud_ms + round_trip_ms // 2 if self.signed is None else self.signed.at(monotonic_ms)
        true_ms = min(max(believed_ms, cloud_ms), latest_ms)
        answered = replace(self, signed=SignedTime(true_ms, monotonic_ms))
        if self.floor_ms <= latest_ms + LATE_WORD_MS:
            return answered
        return replace(answered, floor_ms=true_ms, floor_since_ms=monotonic_ms)
