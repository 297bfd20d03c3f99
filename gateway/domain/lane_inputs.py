"""The signals that a turnstile gives back, as they are observed on its input lines."""

from dataclasses import dataclass
from enum import StrEnum


class LaneSignal(StrEnum):
    """What an input means while it is active.

    PASS A and PASS B: the arm is away from home in this direction. READY: in order. ALARM: intrusion. FIRE: the
    hardware has opened the gate. OPEN: the leaf of a gate or door is not shut. EXIT_REQUEST: somebody inside presses
    the button to get out.
    """

    ROTATION_IN = "pass_in"
    ROTATION_OUT = "pass_out"
    READY = "ready"
    ALARM = "alarm"
    FIRE = "fire"
    OPEN = "open"
    EXIT_REQUEST = "exit_request"


@dataclass(frozen=True, slots=True)
class LaneInput:
    """One debounced change of a signal."""

    signal: LaneSignal
    is_active: bool
