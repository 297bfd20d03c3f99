"""A turnstile on the outputs and inputs of an OSDP reader: for lanes whose relay sits in the reader or on its module.

Each closing is one timed command, so that the reader itself opens the relay again, also when nobody is there any more.
A reader that is not online in its secure channel makes the lane not ready: an unprotected line must not open a gate.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.domain.access_point import Direction, ReaderKey
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.service.ports import ReaderOutputs, ReaderStatus, Timers
from gateway.service.relay_pulses import RelayPulses

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReaderWiring:
    """Which output and input of the reader does what, counted from 0; `active_low` holds inputs that are inverted."""

    reader: ReaderKey
    relays: Mapping[Direction, int]
    inputs: Mapping[LaneSignal, int] = field(default_factory=dict)
    active_low: frozenset[int] = frozenset()


class OsdpLane:
    """One lane on a reader. Give it a listener and its reader's changes, then run it."""

    def __init__(self, lane_id: str, wiring: ReaderWiring, outputs: ReaderOutputs, *, timers: Timers) -> None:
        self._lane_id = lane_id
        self._wiring = wiring
        self._outputs = outputs
        self._relays = RelayPulses(self._drive, timers)
        self._durations_ms: dict[Direction, int] = {}
        self._listener: Callable[[LaneInput], None] | None = None

    @property
    def lane_id(self) -> str:
        """The lane's id at the site."""
        return self._lane_id

    @property
    def reader(self) -> ReaderKey:
        """The reader that it is wired to."""
        return self._wiring.reader

    def set_listener(self, listener: Callable[[LaneInput], None]) -> None:
        """Give every change of an input to `listener`, in the loop's thread."""
        self._listener = listener

    def unlock(self, direction: Direction, duration_ms: int) -> None:
        """Close the relay of this direction now, for `duration_ms` by the reader's own timer."""
        self._durations_ms[direction] = duration_ms
        self._relays.close_for(direction, duration_ms)

    def lock(self) -> None:
        """Open both relays now."""
        self._relays.open_all()

    def handle_status(self, status: ReaderStatus) -> None:
        """Something changed at the lane's reader."""
        match status.state:
            case "online":
                self._switch_off()
                self._tell(LaneSignal.READY, is_active=status.is_secure)
            case "offline" | "security_failed":
                self._tell(LaneSignal.READY, is_active=False)
            case "inputs":
                self._take_inputs(status.levels)
            case _:
                pass

    async def run(self) -> None:
        """Wait until cancelled; then open both relays, as far as the reader still hears it."""
        self._tell(LaneSignal.READY, is_active=False)
        try:
            await asyncio.Event().wait()
        finally:
            self.lock()

    def _take_inputs(self, levels: tuple[bool, ...]) -> None:
        for signal, number in self._wiring.inputs.items():
            if number < len(levels):
                self._tell(signal, is_active=levels[number] != (number in self._wiring.active_low))

    def _switch_off(self) -> None:
        """What a reader that is back has been told before is not known."""
        self._durations_ms.clear()
        for output in self._wiring.relays.values():
            self._outputs.switch_output(self._wiring.reader, output, 0)

    def _drive(self, direction: Direction, is_closed: bool) -> None:  # noqa: FBT001 - the shape RelayPulses asks for
        output = self._wiring.relays.get(direction)
        if output is None:
            return
        if is_closed:
            self._outputs.switch_output(self._wiring.reader, output, self._durations_ms[direction])
        elif self._durations_ms.pop(direction, None) is not None:
            self._outputs.switch_output(self._wiring.reader, output, 0)

    def _tell(self, signal: LaneSignal, *, is_active: bool) -> None:
        assert self._listener is not None, "a lane needs a listener before it runs"
        self._listener(LaneInput(signal, is_active))
