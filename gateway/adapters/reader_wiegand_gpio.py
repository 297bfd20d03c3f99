"""A Wiegand reader on two GPIO lines: D0 and D1 pulse, the kernel notes when, silence ends a card or a key.

The reader can be shown two lights and a buzzer on lines of its own, if they are wired; it has no display, nobody can
ask whether it is still there, and what it sends can be read and repeated by whoever reaches the cable.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import gpiod
from gpiod.line import Bias, Drive, Edge, Value
from gpiod.line import Direction as LineDirection

from firmware_protocol.wiegand_keys import parse_key_bits
from firmware_protocol.wiegand_pulses import WiegandPulses
from gateway.domain.access_point import ReaderKey
from gateway.domain.feedback import Colour, Feedback, LightKind, ReaderAbilities
from gateway.gpio_chip import take_lines
from gateway.service.line_pattern import LinePattern
from gateway.service.ports import CardPresented, KeysPressed, ReaderEvent, ReaderListener, ReaderStatus, Timers

log = logging.getLogger(__name__)

EDGES_MAX: Final = 512
"""Edges that the kernel keeps while we are busy: four cards of 128 bits."""
NOISE_BITS: Final = 4
"""Fewer bits than this are no key and no card, but a spike on the cable."""

_LIGHTS: Final[dict[Colour, frozenset[Colour]]] = {
    "green": frozenset({"green"}),
    "red": frozenset({"red"}),
    "amber": frozenset({"green", "red"}),
}
"""Which of the two light lines make a colour; other colours they cannot make."""
_LIGHT_KINDS: Final[dict[int, LightKind]] = {0: "none", 1: "single", 2: "tricolour"}


@dataclass(frozen=True, slots=True)
class WiegandWiring:
    """Which line of which chip is what, by line offset; None is not wired.

    `is_active_low`: the data lines rest high and pulse low, as nearly all do; `is_output_active_low`: light and
    buzzer are on while their line is pulled to ground.
    """

    chip_label: str
    d0: int
    d1: int
    is_active_low: bool = True
    green: int | None = None
    red: int | None = None
    buzzer: int | None = None
    is_output_active_low: bool = True

    @property
    def outputs(self) -> tuple[int, ...]:
        """The offsets of the lines that we drive."""
        return tuple(offset for offset in (self.green, self.red, self.buzzer) if offset is not None)


class WiegandLines(Protocol):
    """Requested lines; a `gpiod.LineRequest` is one."""

    @property
    def fd(self) -> int: ...

    def set_value(self, line: int, value: Value, /) -> None: ...

    def read_edge_events(self) -> list[gpiod.EdgeEvent]: ...

    def release(self) -> None: ...


def request_lines(wiring: WiegandWiring) -> WiegandLines:
    """Take the lines from the kernel.

    Raises:
        GpioError: they cannot be had; the message says which and why.
    """
    return take_lines(wiring.chip_label, line_settings(wiring), event_count_max=EDGES_MAX)


def line_settings(wiring: WiegandWiring) -> dict[int, gpiod.LineSettings]:
    """How each line is to be taken: data lines tell the beginning of each pulse, outputs are off."""
    data = gpiod.LineSettings(
        direction=LineDirection.INPUT,
        edge_detection=Edge.RISING,
        bias=Bias.PULL_UP if wiring.is_active_low else Bias.PULL_DOWN,
        active_low=wiring.is_active_low,
    )
    # A reader pulls its light lines up to its own 5 V: pulling them down is all that may be done to them.
    output = gpiod.LineSettings(
        direction=LineDirection.OUTPUT,
        drive=Drive.OPEN_DRAIN if wiring.is_output_active_low else Drive.PUSH_PULL,
        active_low=wiring.is_output_active_low,
        output_value=Value.INACTIVE,
    )
    return {wiring.d0: data, wiring.d1: data, **dict.fromkeys(wiring.outputs, output)}


class WiegandReader:
    """One reader on requested lines. Give it a listener, then run it. `silence_s` without a pulse ends a card."""

    def __init__(
        self, key: ReaderKey, wiring: WiegandWiring, lines: WiegandLines, *, timers: Timers, silence_s: float
    ) -> None:
        self._key = key
        self._bits = {wiring.d0: 0, wiring.d1: 1}
        self._lines = lines
        self._pulses = WiegandPulses(silence_s)
        self._listener: ReaderListener | None = None
        self._counts = {"cards": 0, "keys": 0, "noise": 0}
        lights: dict[Colour, int | None] = {"green": wiring.green, "red": wiring.red}
        self._lights = {name: self._pattern(offset, timers) for name, offset in lights.items() if offset is not None}
        self._buzzer = None if wiring.buzzer is None else self._pattern(wiring.buzzer, timers)

    @property
    def abilities(self) -> ReaderAbilities:
        """What its wired lines can show."""
        return ReaderAbilities(_LIGHT_KINDS[len(self._lights)], has_buzzer=self._buzzer is not None)

    def set_listener(self, listener: ReaderListener) -> None:
        """Give cards, keys and the reader's one change (it is there) to `listener`, in the loop's thread."""
        self._listener = listener

    def show(self, reader: ReaderKey, feedback: Feedback) -> None:
        """Light and sound of a feedback, as far as they are wired; there is no display."""
        assert reader == self._key, "these lines have one reader"
        signal = feedback.signal
        light = signal.light if signal is not None else None
        wanted = _LIGHTS.get(light.colour, frozenset()) if light is not None else frozenset()
        for name, pattern in self._lights.items():
            if light is None or name not in wanted:
                pattern.stop()
            elif light.off_ms:
                count = -(-feedback.duration_ms // (light.on_ms + light.off_ms))
                pattern.play(on_ms=light.on_ms, off_ms=light.off_ms, count=count)
            else:
                pattern.play(on_ms=feedback.duration_ms, off_ms=0, count=1)
        if self._buzzer is not None and signal is not None:
            self._buzzer.play(on_ms=signal.beeps.on_ms, off_ms=signal.beeps.off_ms, count=signal.beeps.count)

    def counters(self, reader: ReaderKey) -> Mapping[str, float | None]:
        """Cards and keys that were read, and bursts too short to be either."""
        assert reader == self._key, "these lines have one reader"
        return dict(self._counts)

    async def run(self) -> None:
        """Read until cancelled; then turn everything off and give the lines back."""
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle | None = None

        def handle_edges() -> None:
            for edge in self._lines.read_edge_events():
                self._take(self._pulses.pulse(self._bits[edge.line_offset], edge.timestamp_ns / 1e9))
            arm()

        def handle_silence() -> None:
            self._take(self._pulses.handle_timer(loop.time()))
            arm()

        def arm() -> None:
            nonlocal timer
            if timer is not None:
                timer.cancel()
            deadline = self._pulses.next_deadline()
            # The kernel's timestamps and the loop's clock are the same monotonic one.
            timer = None if deadline is None else loop.call_at(deadline, handle_silence)

        try:
            self._tell(ReaderStatus(self._key, "online", abilities=self.abilities))
            loop.add_reader(self._lines.fd, handle_edges)
            await asyncio.Event().wait()
        finally:
            loop.remove_reader(self._lines.fd)
            if timer is not None:
                timer.cancel()
            self._turn_off()
            self._lines.release()

    def _take(self, burst: tuple[bytes, int] | None) -> None:
        if burst is None:
            return
        now = asyncio.get_running_loop().time()
        data, bit_count = burst
        key = parse_key_bits(data, bit_count)
        if key is not None:
            self._counts["keys"] += 1
            self._tell(KeysPressed(self._key, key, now))
        elif bit_count <= NOISE_BITS:
            self._counts["noise"] += 1
            log.debug("reader %s: %d bit(s) are noise", self._key, bit_count)
        else:
            self._counts["cards"] += 1
            self._tell(CardPresented(self._key, data, bit_count, now))

    def _tell(self, happened: ReaderEvent) -> None:
        assert self._listener is not None, "a reader needs a listener before it runs"
        self._listener(happened)

    def _turn_off(self) -> None:
        for pattern in (*self._lights.values(), *([self._buzzer] if self._buzzer else [])):
            pattern.stop()

    def _pattern(self, offset: int, timers: Timers) -> LinePattern:
        def drive(is_on: bool) -> None:  # noqa: FBT001 - the shape LinePattern asks for
            self._lines.set_value(offset, Value.ACTIVE if is_on else Value.INACTIVE)

        return LinePattern(drive, timers)
