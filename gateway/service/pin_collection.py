"""PINs from keypads: typed before the card, kept for a short while, taken by the tap that follows.

A PIN exists in memory alone, one a reader, and is gone when it was taken or its time is over. It is never logged.
"""

from typing import Final

from firmware_protocol.pin_entry import PinEntry
from gateway.domain.access_point import ReaderKey
from gateway.service.ports import KeysPressed, TimerHandle, Timers

PIN_TIMEOUT_S: Final = 10.0
"""Between two keys, and from the last one to the card."""


class PinCollection:
    """Collects the keys of every keypad of the gateway."""

    def __init__(self, timers: Timers, *, timeout_s: float = PIN_TIMEOUT_S) -> None:
        self._timers = timers
        self._timeout_s = timeout_s
        self._entries: dict[ReaderKey, PinEntry] = {}
        self._finished: dict[ReaderKey, str] = {}
        self._ends: dict[ReaderKey, TimerHandle] = {}

    def press(self, pressed: KeysPressed) -> None:
        """Take keys in: `#` ends a PIN, `*` clears what was typed."""
        reader = pressed.reader
        entry = self._entries.setdefault(reader, PinEntry(self._timeout_s))
        # Whoever types again means another PIN.
        self._finished.pop(reader, None)
        pin = entry.press(pressed.keys, pressed.at_monotonic)
        if pin is not None:
            self._finished[reader] = pin
        if reader in self._ends:
            self._ends[reader].cancel()
        self._ends[reader] = self._timers.call_later(self._timeout_s, lambda: self._clear(reader))

    def take(self, reader: ReaderKey) -> str | None:
        """The PIN that was finished at this reader, once; None without one."""
        pin = self._finished.get(reader)
        self._clear(reader)
        return pin

    def _clear(self, reader: ReaderKey) -> None:
        self._entries.pop(reader, None)
        self._finished.pop(reader, None)
        end = self._ends.pop(reader, None)
        if end is not None:
            end.cancel()
