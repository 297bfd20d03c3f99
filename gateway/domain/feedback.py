"""What a reader shows and sounds after a tap, independent of how a reader is driven."""

from dataclasses import dataclass
from typing import Literal

Colour = Literal["green", "amber", "red"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """Light, beeps and display lines for `duration_ms`; afterwards the reader is idle again.

    `colour` None with `duration_ms` 0 is the idle state itself: `lines` stay until the next feedback.
    """

    colour: Colour | None
    beep_count: int
    lines: tuple[str, ...]
    duration_ms: int
