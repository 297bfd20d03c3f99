"""A PIN from single keys: ``#`` ends it, ``*`` clears it, and so does waiting too long."""

DIGITS_MAX = 12
TIMEOUT_SECONDS = 10.0


class PinEntry:
    """Collects the keys of one keypad. ``timeout`` is how many seconds may pass between two keys."""

    def __init__(self, timeout: float = TIMEOUT_SECONDS) -> None:
        self._timeout = timeout
        self._digits = ""
        self._last_key_at = float("-inf")

    def press(self, keys: str, now: float) -> str | None:
        """Take keys (0..9, ``*``, ``#``); gives the PIN once ``#`` ends one, else None.

        More than 12 digits are no PIN: the entry starts again. Keys after ``#`` begin the next entry.
        """
        if now - self._last_key_at > self._timeout:
            self._digits = ""
        self._last_key_at = now
        finished: str | None = None
        for key in keys:
            if key == "#":
                finished, self._digits = self._digits or finished, ""
            elif key == "*" or len(self._digits) >= DIGITS_MAX:
                self._digits = ""
            else:
                self._digits += key
        return finished
