"""One output line that blinks or beeps by itself: on and off so many times, then off."""

from collections.abc import Callable

from gateway.service.ports import TimerHandle, Timers


class LinePattern:
    """Times one line; `drive(is_on)` sets it, at once."""

    def __init__(self, drive: Callable[[bool], None], timers: Timers) -> None:
        self._drive = drive
        self._timers = timers
        self._pending: TimerHandle | None = None

    def play(self, *, on_ms: int, off_ms: int, count: int) -> None:
        """Be on for `on_ms` and off for `off_ms`, `count` times; what was playing ends now."""
        self.stop()
        if count > 0:
            self._turn_on(on_ms, off_ms, count)

    def stop(self) -> None:
        """Be off, and stay so."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        self._drive(False)

    def _turn_on(self, on_ms: int, off_ms: int, count: int) -> None:
        self._drive(True)
        self._pending = self._timers.call_later(on_ms / 1000, lambda: self._turn_off(on_ms, off_ms, count))

    def _turn_off(self, on_ms: int, off_ms: int, count: int) -> None:
        self.stop()
        if count > 1:
            self._pending = self._timers.call_later(off_ms / 1000, lambda: self._turn_on(on_ms, off_ms, count - 1))
