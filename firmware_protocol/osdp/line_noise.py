"""Bytes that are no reply: when the line may be taken after them, and for how long somebody held it.

Whoever speaks into noise is not understood. So after an exchange that ended in noise the line must be seen quiet first;
within a bound, because noise that never ends must not stop everything.
"""

from firmware_protocol.osdp import timing

NOISE_SECONDS_MAX = 2.0
"""So long after a command the line is taken again, however noisy it is."""


class LineNoise:
    """The noise on a line; ``begin`` and ``end`` are called for each exchange."""

    def __init__(self) -> None:
        self._taken_at = 0.0
        self._began_at: float | None = None
        self._was_quiet = True

    def begin(self, now: float, last_byte_at: float, baud: int) -> None:
        """A command is transmitted at ``now``."""
        if now >= last_byte_at + timing.inter_character_timeout(baud):
            self._began_at = None
        elif self._began_at is None and now >= self._taken_at + NOISE_SECONDS_MAX:
            self._began_at = self._taken_at
        self._taken_at = now
        self._was_quiet = self._began_at is None

    def end(self, *, is_noisy: bool) -> None:
        """The exchange ended, in noise or else with a reply or in silence."""
        if not is_noisy:
            self._began_at = None
        elif self._was_quiet:
            self._began_at = self._taken_at

    def free_at(self, last_byte_at: float, baud: int, *, is_frame_pending: bool) -> float:
        """When the line may be taken, if nothing arrives after ``last_byte_at``: two characters later, but after noise
        and while a late frame is coming in an inter-character time-out later.
        """
        is_unsure = is_frame_pending or self._began_at is not None
        silence = timing.inter_character_timeout(baud) if is_unsure else timing.idle_gap(baud)
        began_at = self._taken_at if self._began_at is None else self._began_at
        return min(last_byte_at + silence, began_at + NOISE_SECONDS_MAX)

    def seconds_held(self, free_at: float) -> float:
        """For how long the device that was asked last held the line with noise until ``free_at``; 0 when it did not, or
        not it alone.
        """
        return free_at - self._taken_at if self._began_at is not None and self._was_quiet else 0.0
