"""The signals that a turnstile gives back, as they are observed on its input lines."""

from dataclasses import dataclass
from enum import StrEnum


class LaneSignal(StrEnum):
    """PASS A and PASS B (rotation), READY, ALARM (intrusion), FIRE (the hardware has opened the gate)."""

    ROTATION_IN = "pass_in"
    ROTATION_OUT = "pass_out"
    READY = "ready"
    ALARM = "alarm"
    FIRE = "fire"


@dataclass(frozen=True, slots=True)
class LaneInput:
    """One debounced change of a signal."""

    signal: LaneSignal
    is_active: bool
