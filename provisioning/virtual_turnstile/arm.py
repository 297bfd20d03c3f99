"""The arm of a tripod turnstile, as a pure state machine: relays and people push in, rotation and pulses come out.

A relay that closes frees one direction. Whoever pushes then turns the arm by 120 degrees, which takes the freedom
away again; at the end of the turn the mechanism pulses its pass contact. Pushing a locked arm only bumps it. On a
fire alarm the arm drops and people walk through without a turn. Whoever uses force turns it although it is locked, and
something in its way jams it, with its pass contact closed. Times are monotonic seconds, given by the caller.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Direction = Literal["in", "out"]
DIRECTIONS: tuple[Direction, Direction] = ("in", "out")

TURN_S = 0.6
"""How long a person takes to turn the arm by one step."""
PASS_PULSE_S = 0.2
"""How long the pass contact stays closed after a turn; shorter than a turn, so that pulses never overlap."""


class ArmPosition(StrEnum):
    """What the arm is doing."""

    LOCKED = "locked"
    FREE = "free"
    TURNING = "turning"
    DROPPED = "dropped"
    JAMMED = "jammed"


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """Somebody pushed a free arm: it turns."""

    direction: Direction


@dataclass(frozen=True, slots=True)
class PassContact:
    """The mechanism's pass contact of a direction closed or opened."""

    direction: Direction
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Bumped:
    """Somebody pushed an arm that would not turn."""

    direction: Direction


@dataclass(frozen=True, slots=True)
class ArmLocked:
    """A passage window ended without a turn."""

    direction: Direction


ArmEvent = TurnStarted | PassContact | Bumped | ArmLocked


class Arm:
    """One tripod. After each call drain `next_event()` and call `handle_timer` again at `next_deadline()`."""

    def __init__(self, *, passage_window_s: float) -> None:
        self._passage_window_s = passage_window_s
        self._closed_relays: set[Direction] = set()
        self._free_until: dict[Direction, float] = {}
        self._turn: tuple[Direction, float] | None = None
        self._pulse: tuple[Direction, float] | None = None
        self._is_dropped = False
        self._jam: Direction | None = None
        self._events: deque[ArmEvent] = deque()

    @property
    def position(self) -> ArmPosition:
        if self._is_dropped:
            return ArmPosition.DROPPED
        if self._jam is not None:
            return ArmPosition.JAMMED
        if self._turn is not None:
            return ArmPosition.TURNING
        return ArmPosition.FREE if self.free_directions else ArmPosition.LOCKED

    @property
    def turning_direction(self) -> Direction | None:
        return self._turn[0] if self._turn is not None else None

    @property
    def free_directions(self) -> tuple[Direction, ...]:
        """The directions in which a push would turn the arm."""
        return tuple(way for way in DIRECTIONS if way in self._closed_relays or way in self._free_until)

    def is_relay_closed(self, direction: Direction) -> bool:
        return direction in self._closed_relays

    def switch_relay(self, direction: Direction, *, is_closed: bool, now: float) -> None:
        """The gateway closed or opened a relay; closing it starts a passage window."""
        self.handle_timer(now)
        if is_closed and direction not in self._closed_relays:
            self._closed_relays.add(direction)
            self._free_until[direction] = now + self._passage_window_s
        elif not is_closed:
            self._closed_relays.discard(direction)

    def push(self, direction: Direction, *, now: float) -> None:
        """Somebody walks into the arm."""
        self.handle_timer(now)
        if self._is_dropped:
            return
        if direction in self.free_directions and self._begin_turn(direction, now):
            self._free_until.pop(direction, None)
        else:
            self._events.append(Bumped(direction))

    def force(self, direction: Direction, *, now: float) -> None:
        """Somebody turns the arm by force, whether it is locked or not."""
        self.handle_timer(now)
        if not self._is_dropped and not self._begin_turn(direction, now):
            self._events.append(Bumped(direction))

    def jam(self, *, now: float) -> None:
        """Something stops the arm on its way, with the pass contact closed."""
        self.handle_timer(now)
        if self._jam is not None:
            return
        if self._pulse is not None:
            # The contact is closed already, and stays so.
            self._jam, self._pulse = self._pulse[0], None
            return
        self._jam, self._turn = (self._turn[0] if self._turn is not None else "in"), None
        self._events.append(PassContact(self._jam, is_closed=True))

    def unjam(self, *, now: float) -> None:
        """The way is free again: the arm falls into its place."""
        self.handle_timer(now)
        if self._jam is not None:
            self._events.append(PassContact(self._jam, is_closed=False))
            self._jam = None

    def _begin_turn(self, direction: Direction, now: float) -> bool:
        if self._turn is not None or self._jam is not None:
            return False
        self._turn = (direction, now + TURN_S)
        self._events.append(TurnStarted(direction))
        return True

    def drop(self) -> None:
        """The fire alarm takes the arm down; a turn that has begun ends as it would have."""
        self._is_dropped = True

    def lift(self) -> None:
        """The fire alarm is over: the arm stands again."""
        self._is_dropped = False

    def handle_timer(self, now: float) -> None:
        """Let everything happen that is due by `now`, in the order in which it is due."""
        while (due := self.next_deadline()) is not None and due <= now:
            self._fire(due)

    def next_deadline(self) -> float | None:
        """When something happens by itself, or None."""
        pending = list(self._free_until.values())
        pending += [step[1] for step in (self._turn, self._pulse) if step is not None]
        return min(pending, default=None)

    def next_event(self) -> ArmEvent | None:
        """The oldest event that was not taken yet."""
        return self._events.popleft() if self._events else None

    def _fire(self, due: float) -> None:
        if self._pulse is not None and self._pulse[1] <= due:
            self._events.append(PassContact(self._pulse[0], is_closed=False))
            self._pulse = None
        if self._turn is not None and self._turn[1] <= due:
            direction = self._turn[0]
            self._turn = None
            self._pulse = (direction, due + PASS_PULSE_S)
            self._events.append(PassContact(direction, is_closed=True))
        for direction in [way for way, until in self._free_until.items() if until <= due]:
            del self._free_until[direction]
            if direction not in self._closed_relays:
                self._events.append(ArmLocked(direction))
