"""How a lane's relays say "one may pass" and "this way is free", to a turnstile that counts pulses or obeys a level.

A pulse turnstile waits by itself after a short closing; a level turnstile is free for as long as the relay is closed
(PERCo calls them pulse and potential control). Either way each closing has an end of its own: what stays open is closed
again and again, so that nothing that hangs here leaves a way open.
"""

from dataclasses import dataclass
from typing import Literal

from gateway.domain.access_point import Direction
from gateway.domain.turnstile import PassageSign
from gateway.service.ports import Lane, TimerHandle, Timers


@dataclass(frozen=True, slots=True)
class LaneTiming:
    """How long things may take at a lane.

    The relay's pulse; the wait for the rotation; how soon a second person counts as tailgating (0: never); how long a
    passage contact may stay active before the lane is jammed, and a leaf open before it is held.
    """

    pulse_ms: int = 500
    passage_window_ms: int = 5_000
    tailgate_ms: int = 1_000
    jam_ms: int = 10_000
    held_ms: int = 30_000


@dataclass(frozen=True, slots=True)
class LaneControl:
    """What the turnstile obeys, and what it says of a passage.

    With a level, `release` says when the relay opens: as the rotation starts, or ends. `level_max_ms` is the longest
    time that a relay is ever closed at once.
    """

    kind: Literal["pulse", "level"] = "pulse"
    release: Literal["start", "end"] = "start"
    level_max_ms: int = 60_000
    passage_sign: PassageSign = "rotation"


class RelayControl:
    """The relays of one lane."""

    def __init__(self, lane: Lane, timing: LaneTiming, control: LaneControl, timers: Timers) -> None:
        self._lane = lane
        self._timing = timing
        self._control = control
        self._timers = timers
        self._granted: Direction | None = None
        self._held: frozenset[Direction] = frozenset()
        self._renewal: TimerHandle | None = None

    def grant(self, direction: Direction) -> None:
        """Let one person through."""
        self._granted = direction
        # A level that holds the way open already must not get the shorter end of a grant.
        if self._control.kind == "pulse" or direction not in self._held:
            self._close_for_grant(direction)

    def begin_passage(self) -> None:
        """The rotation has begun."""
        if self._control.kind == "pulse" or self._control.release == "start":
            self.lock()

    def end_passage(self) -> None:
        """The rotation is over."""
        if self._control.kind == "level" and self._control.release == "end":
            self.lock()
        self.renew()

    def lock(self) -> None:
        """Take the grant back; what is held open stays so."""
        self._granted = None
        self._lane.lock()
        self.renew()

    def hold(self, directions: frozenset[Direction]) -> None:
        """Keep these ways open, and only these."""
        if directions == self._held:
            return
        is_closing = bool(self._held - directions)
        self._held = directions
        if is_closing:
            self._lane.lock()
            if self._granted is not None:
                self._close_for_grant(self._granted)
        self.renew()

    def renew(self) -> None:
        """Close the relays of the ways that are held open anew, before their time is over."""
        if self._renewal is not None:
            self._renewal.cancel()
            self._renewal = None
        if not self._held:
            return
        is_level = self._control.kind == "level"
        duration_ms = self._control.level_max_ms if is_level else self._timing.pulse_ms
        for direction in sorted(self._held):
            self._lane.unlock(direction, duration_ms)
        window_ms = self._timing.passage_window_ms
        # Before the turnstile's own wait is over, too: a free way has no gaps.
        again_ms = duration_ms / 2 if is_level else max(window_ms - duration_ms, window_ms / 2)
        self._renewal = self._timers.call_later(again_ms / 1000, self.renew)

    def _close_for_grant(self, direction: Direction) -> None:
        is_level = self._control.kind == "level"
        window_ms = min(self._timing.passage_window_ms, self._control.level_max_ms)
        self._lane.unlock(direction, window_ms if is_level else self._timing.pulse_ms)
