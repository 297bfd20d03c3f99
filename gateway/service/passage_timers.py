"""The three times of a lane: a grant's window, what follows right behind a passage, and a contact that stays active."""

from collections.abc import Callable

from gateway.domain.lane_states import LaneEffect, LaneEvent, LaneState
from gateway.domain.turnstile import Turnstile
from gateway.service.ports import TimerHandle, Timers
from gateway.service.relay_control import LaneTiming

_UNLOCKED = frozenset({LaneState.UNLOCKED_IN, LaneState.UNLOCKED_OUT})
_SETTLING = frozenset({LaneState.SETTLING_IN, LaneState.SETTLING_OUT})

Move = Callable[[], tuple[LaneEffect, ...]]


class PassageTimers:
    """Keeps the timers in step with the turnstile; a time that is over becomes a move, given to `carry_out`."""

    def __init__(self, timing: LaneTiming, timers: Timers, carry_out: Callable[[Move], None]) -> None:
        self._timing = timing
        self._timers = timers
        self._carry_out = carry_out
        self._window: TimerHandle | None = None
        self._settling: TimerHandle | None = None
        self._contact: tuple[LaneEvent, TimerHandle] | None = None

    def follow(self, turnstile: Turnstile, *, is_unlocked_anew: bool) -> None:
        """The turnstile has moved; `is_unlocked_anew`: a grant's window begins now."""
        if is_unlocked_anew or turnstile.state not in _UNLOCKED:
            _cancel(self._window)
            self._window = None
        if is_unlocked_anew:
            self._window = self._arm(self._timing.passage_window_ms, turnstile.end_window)
        if turnstile.state not in _SETTLING:
            _cancel(self._settling)
            self._settling = None
        elif self._settling is None:
            self._settling = self._arm(self._timing.tailgate_ms, turnstile.settle)
        self._watch_contact(turnstile)

    def forget_contact(self) -> None:
        """Give a contact that is active already its whole time again."""
        if self._contact is not None:
            self._contact[1].cancel()
            self._contact = None

    def _watch_contact(self, turnstile: Turnstile) -> None:
        active = turnstile.active_contact
        if self._contact is not None and self._contact[0] is active:
            return
        self.forget_contact()
        if active is not None:
            time_ms = self._timing.jam_ms if active is LaneEvent.JAM else self._timing.held_ms
            self._contact = active, self._arm(time_ms, turnstile.report_stuck)

    def _arm(self, time_ms: int, move: Move) -> TimerHandle:
        return self._timers.call_later(time_ms / 1000, lambda: self._carry_out(move))


def _cancel(timer: TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
