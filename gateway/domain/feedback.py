"""What a reader shows and sounds after a tap, independent of how a reader is driven."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from access_policy.decision import Outcome

Colour = Literal["green", "amber", "red", "blue", "magenta", "cyan", "white"]
COLOURS: Final[tuple[Colour, ...]] = get_args(Colour)
LightKind = Literal["none", "single", "bicolour", "tricolour"]
"""How many colours a reader's light tells apart."""


@dataclass(frozen=True, slots=True)
class Light:
    """A colour, blinking with these times; without `off_ms` it is steady. Times are multiples of 100."""

    colour: Colour
    on_ms: int = 100
    off_ms: int = 0


@dataclass(frozen=True, slots=True)
class Beeps:
    """So many pulses of the buzzer; times are multiples of 100."""

    count: int
    on_ms: int = 100
    off_ms: int = 100


@dataclass(frozen=True, slots=True)
class Signal:
    """Light and sound together; None is dark, no beeps are silence."""

    light: Light | None
    beeps: Beeps


@dataclass(frozen=True, slots=True)
class Feedback:
    """A signal and display lines for `duration_ms`; afterwards the reader is idle again.

    `signal` None with `duration_ms` 0 is the idle state itself: `lines` stay until the next feedback.
    """

    signal: Signal | None
    lines: tuple[str, ...]
    duration_ms: int


@dataclass(frozen=True, slots=True)
class FeedbackPlan:
    """The signal of each outcome, and for how long a refusal is shown; a grant is shown for its passage window."""

    signals: Mapping[Outcome, Signal] = field(
        default_factory=lambda: {
            "allow": Signal(Light("green"), Beeps(1)),
            "message": Signal(Light("amber"), Beeps(2)),
            "block": Signal(Light("red"), Beeps(3)),
        }
    )
    refusal_ms: int = 4_000


@dataclass(frozen=True, slots=True)
class ReaderAbilities:
    """What a reader can show, by its own word or by its wiring; no lines means that it has no display."""

    light: LightKind = "none"
    has_buzzer: bool = False
    line_count: int = 0
    column_count: int = 0
