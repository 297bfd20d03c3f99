"""A turnstile on GPIO lines: two relays out, up to five signals in, through the kernel's character device.

The kernel debounces the inputs and reports their edges; the relays are requested inactive, so that the gate is locked
from the first moment. At the end they are left as the lane's safe state wants it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

import gpiod
from gpiod.line import Bias, Edge, Value
from gpiod.line import Direction as LineDirection

from gateway.domain.access_point import Direction
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.gpio_chip import take_lines
from gateway.service.ports import Timers
from gateway.service.relay_pulses import RelayPulses

DEBOUNCE: Final = timedelta(milliseconds=10)
_CLOSED: Final = {True: Value.ACTIVE, False: Value.INACTIVE}


@dataclass(frozen=True, slots=True)
class GpioWiring:
    """Which line of which chip does what, by line offset.

    `active_low` holds the offsets that are inverted, `normally_closed` the inputs whose contact to ground is closed
    while they are inactive: a cut wire shows as active. `is_left_open`: when no gateway runs, the relays stay closed,
    and so the gate open.
    """

    chip_label: str
    relays: Mapping[Direction, int]
    inputs: Mapping[LaneSignal, int]
    active_low: frozenset[int] = frozenset()
    normally_closed: frozenset[int] = frozenset()
    debounce: timedelta = DEBOUNCE
    is_left_open: bool = False


class GpioLines(Protocol):
    """Requested lines; a `gpiod.LineRequest` is one."""

    @property
    def fd(self) -> int: ...

    def set_value(self, line: int, value: Value, /) -> None: ...

    def get_value(self, line: int, /) -> Value: ...

    def read_edge_events(self) -> list[gpiod.EdgeEvent]: ...

    def release(self) -> None: ...


def request_lines(wiring: GpioWiring) -> GpioLines:
    """Take the lines from the kernel.

    Raises:
        GpioError: they cannot be had; the message says which and why.
    """
    return take_lines(wiring.chip_label, line_settings(wiring))


def make_safe(wiring: GpioWiring) -> None:
    """Bring the relays into the lane's safe state when no gateway runs.

    A line keeps its last level after the process that drove it, so this also undoes what a killed one left.

    Raises:
        GpioError: the lines cannot be had, e.g. because a gateway does run.
    """
    settings = {
        offset: _relay_settings(wiring, offset, is_closed=wiring.is_left_open) for offset in wiring.relays.values()
    }
    take_lines(wiring.chip_label, settings).release()


def line_settings(wiring: GpioWiring) -> dict[int, gpiod.LineSettings]:
    """How each line is to be taken, by its offset: relays open, inputs debounced by the kernel."""
    relays = {offset: _relay_settings(wiring, offset, is_closed=False) for offset in wiring.relays.values()}
    inputs = {offset: _input_settings(wiring, offset) for offset in wiring.inputs.values()}
    return {**relays, **inputs}


def _relay_settings(wiring: GpioWiring, offset: int, *, is_closed: bool) -> gpiod.LineSettings:
    return gpiod.LineSettings(
        direction=LineDirection.OUTPUT, output_value=_CLOSED[is_closed], active_low=offset in wiring.active_low
    )


def _input_settings(wiring: GpioWiring, offset: int) -> gpiod.LineSettings:
    # A dry contact to ground needs a pull-up: closed it is low, open it is high. Any other input brings its own level.
    is_inverted = offset in wiring.active_low
    is_contact = is_inverted or offset in wiring.normally_closed
    return gpiod.LineSettings(
        direction=LineDirection.INPUT,
        edge_detection=Edge.BOTH,
        bias=Bias.PULL_UP if is_contact else Bias.PULL_DOWN,
        active_low=is_inverted,
        debounce_period=wiring.debounce,
    )


class GpioLane:
    """One lane on requested lines. Give it a listener, then run it."""

    def __init__(self, lane_id: str, wiring: GpioWiring, lines: GpioLines, *, timers: Timers) -> None:
        self._lane_id = lane_id
        self._wiring = wiring
        self._lines = lines
        self._signals = {offset: signal for signal, offset in wiring.inputs.items()}
        self._relays = RelayPulses(self._drive, timers)
        self._listener: Callable[[LaneInput], None] | None = None

    @property
    def lane_id(self) -> str:
        """The lane's id at the site."""
        return self._lane_id

    def set_listener(self, listener: Callable[[LaneInput], None]) -> None:
        """Give every debounced change of an input to `listener`, in the loop's thread."""
        self._listener = listener

    def unlock(self, direction: Direction, duration_ms: int) -> None:
        """Close the relay of this direction now and open it again after `duration_ms`."""
        self._relays.close_for(direction, duration_ms)

    def lock(self) -> None:
        """Open both relays now."""
        self._relays.open_all()

    async def run(self) -> None:
        """Report the inputs until cancelled; then bring the relays into their safe state and give the lines back."""
        loop = asyncio.get_running_loop()
        try:
            for offset, signal in self._signals.items():
                self._tell(signal, is_active=self._lines.get_value(offset) is Value.ACTIVE)
            loop.add_reader(self._lines.fd, self._handle_edges)
            await asyncio.Event().wait()
        finally:
            loop.remove_reader(self._lines.fd)
            self.lock()
            for direction in self._wiring.relays:
                self._drive(direction, self._wiring.is_left_open)
            self._lines.release()

    def _handle_edges(self) -> None:
        for edge in self._lines.read_edge_events():
            is_active = edge.event_type is gpiod.EdgeEvent.Type.RISING_EDGE
            self._tell(self._signals[edge.line_offset], is_active=is_active)

    def _tell(self, signal: LaneSignal, *, is_active: bool) -> None:
        assert self._listener is not None, "a lane needs a listener before it runs"
        self._listener(LaneInput(signal, is_active))

    def _drive(self, direction: Direction, is_closed: bool) -> None:  # noqa: FBT001 - the shape RelayPulses asks for
        offset = self._wiring.relays.get(direction)
        if offset is not None:
            self._lines.set_value(offset, _CLOSED[is_closed])
