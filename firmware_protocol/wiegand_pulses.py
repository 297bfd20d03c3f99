"""Bits from the two lines of a Wiegand reader: a pulse on D0 is a 0, on D1 a 1; silence ends the card.

Readers pulse every 1 to 2 ms (50 to 100 us wide). Time comes with each pulse, from the kernel's
timestamps, so that a busy process miscounts nothing.
"""

SILENCE_SECONDS = 0.030
BITS_MAX = 256


class WiegandPulses:
    """Collects pulses into cards; ``silence`` is how many seconds without a pulse end a card."""

    def __init__(self, silence: float = SILENCE_SECONDS) -> None:
        self._silence = silence
        self._bits: list[int] = []
        self._last_at = 0.0

    def pulse(self, bit: int, now: float) -> tuple[bytes, int] | None:
        """Take one pulse (0 or 1); gives the card before it when silence has ended that one."""
        finished = self.handle_timer(now)
        self._last_at = now
        if len(self._bits) <= BITS_MAX:
            self._bits.append(bit)
        return finished

    def next_deadline(self) -> float | None:
        """When ``handle_timer`` is due; None while no card is being read."""
        return self._last_at + self._silence if self._bits else None

    def handle_timer(self, now: float) -> tuple[bytes, int] | None:
        """The card's bits, left-aligned, and their count, once silence has ended it; else None.

        A burst of more than 256 bits is noise, and is dropped.
        """
        if not self._bits or now < self._last_at + self._silence:
            return None
        bits, self._bits = self._bits, []
        if len(bits) > BITS_MAX:
            return None
        value = int("".join(map(str, bits)), 2) << (-len(bits) % 8)
        return value.to_bytes((len(bits) + 7) // 8, "big"), len(bits)
