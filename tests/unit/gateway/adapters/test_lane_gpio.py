"""A lane on GPIO lines, with lines that only exist in memory."""

import asyncio
import os
from dataclasses import dataclass, field

import gpiod
import pytest
from gpiod.line import Bias, Direction, Edge, Value

from gateway.adapters.lane_gpio import DEBOUNCE, GpioLane, GpioWiring, line_settings, make_safe
from gateway.domain.lane_inputs import LaneInput, LaneSignal
from gateway.gpio_chip import GpioError
from tests.gate_fakes import FakeTimers
from tests.in_loop import in_loop

RELAY_IN, RELAY_OUT, PASS_IN, READY = 17, 27, 22, 23
WIRING = GpioWiring(
    "pinctrl-bcm2711",
    {"in": RELAY_IN, "out": RELAY_OUT},
    {LaneSignal.ROTATION_IN: PASS_IN, LaneSignal.READY: READY},
)


@dataclass
class FakeLines:
    """Lines in memory; `fd` is a pipe that becomes readable when there are edges."""

    values: dict[int, Value] = field(
        default_factory=lambda: {
            RELAY_IN: Value.INACTIVE,
            RELAY_OUT: Value.INACTIVE,
            PASS_IN: Value.INACTIVE,
            READY: Value.ACTIVE,
        }
    )
    edges: list[gpiod.EdgeEvent] = field(default_factory=list)
    is_released: bool = False
    pipe: tuple[int, int] = field(default_factory=os.pipe)

    @property
    def fd(self) -> int:
        return self.pipe[0]

    def set_value(self, line: int, value: Value, /) -> None:
        self.values[line] = value

    def get_value(self, line: int, /) -> Value:
        return self.values[line]

    def read_edge_events(self) -> list[gpiod.EdgeEvent]:
        os.read(self.fd, 1)
        edges, self.edges = self.edges, []
        return edges

    def release(self) -> None:
        self.is_released = True
        os.close(self.pipe[0])
        os.close(self.pipe[1])

    def change(self, offset: int, *, is_active: bool) -> None:
        kind = gpiod.EdgeEvent.Type.RISING_EDGE if is_active else gpiod.EdgeEvent.Type.FALLING_EDGE
        self.edges.append(gpiod.EdgeEvent(kind.value, 0, offset, 0, 0))
        os.write(self.pipe[1], b"x")


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@in_loop
async def test_a_lane_reports_its_inputs_at_the_start_and_at_each_edge() -> None:
    lines = FakeLines()
    seen: asyncio.Queue[LaneInput] = asyncio.Queue()
    lane = GpioLane("lan_a", WIRING, lines, timers=FakeTimers())
    lane.set_listener(seen.put_nowait)
    running = asyncio.create_task(lane.run())
    assert await seen.get() == LaneInput(LaneSignal.ROTATION_IN, is_active=False)
    assert await seen.get() == LaneInput(LaneSignal.READY, is_active=True)
    lines.change(PASS_IN, is_active=True)
    lines.change(READY, is_active=False)
    assert await seen.get() == LaneInput(LaneSignal.ROTATION_IN, is_active=True)
    assert await seen.get() == LaneInput(LaneSignal.READY, is_active=False)
    await end(running)


@in_loop
async def test_a_start_leaves_the_relays_alone_and_an_end_opens_them_also_in_the_middle_of_a_pulse() -> None:
    lines = FakeLines()
    seen: asyncio.Queue[LaneInput] = asyncio.Queue()
    lane = GpioLane("lan_a", WIRING, lines, timers=FakeTimers())
    lane.set_listener(seen.put_nowait)
    running = asyncio.create_task(lane.run())
    lane.unlock("in", 500)
    await seen.get()
    closed = lines.values[RELAY_IN]
    await end(running)
    assert closed is Value.ACTIVE
    assert lines.values[RELAY_IN] is Value.INACTIVE
    assert lines.is_released


@in_loop
async def test_a_lane_that_is_to_be_left_open_ends_with_closed_relays() -> None:
    lines = FakeLines()
    seen: asyncio.Queue[LaneInput] = asyncio.Queue()
    wiring = GpioWiring(WIRING.chip_label, WIRING.relays, WIRING.inputs, is_left_open=True)
    lane = GpioLane("lan_a", wiring, lines, timers=FakeTimers())
    lane.set_listener(seen.put_nowait)
    running = asyncio.create_task(lane.run())
    await seen.get()
    levels = [lines.values[RELAY_IN]]
    await end(running)
    assert [*levels, lines.values[RELAY_IN], lines.values[RELAY_OUT]] == [Value.INACTIVE, Value.ACTIVE, Value.ACTIVE]


def test_a_pulse_ends_in_time() -> None:
    lines, timers = FakeLines(), FakeTimers()
    lane = GpioLane("lan_a", WIRING, lines, timers=timers)
    lane.unlock("out", 500)
    assert lines.values[RELAY_OUT] is Value.ACTIVE
    timers.advance(0.5)
    assert lines.values[RELAY_OUT] is Value.INACTIVE
    lines.release()


def test_a_lane_with_one_relay_ignores_the_other_direction() -> None:
    lines = FakeLines()
    lane = GpioLane("lan_a", GpioWiring("x", {"in": RELAY_IN}, {}), lines, timers=FakeTimers())
    lane.unlock("out", 500)
    lane.lock()
    assert lines.values[RELAY_OUT] is Value.INACTIVE
    lines.release()


def test_relays_are_requested_open_and_inputs_debounced_on_both_edges() -> None:
    wiring = GpioWiring(WIRING.chip_label, WIRING.relays, WIRING.inputs, frozenset({RELAY_IN, PASS_IN}))
    settings = line_settings(wiring)
    assert set(settings) == {RELAY_IN, RELAY_OUT, PASS_IN, READY}
    for offset in (RELAY_IN, RELAY_OUT):
        assert settings[offset].direction is Direction.OUTPUT
        assert settings[offset].output_value is Value.INACTIVE
    for offset in (PASS_IN, READY):
        assert settings[offset].direction is Direction.INPUT
        assert (settings[offset].edge_detection, settings[offset].debounce_period) == (Edge.BOTH, DEBOUNCE)
    assert [settings[offset].active_low for offset in (RELAY_IN, RELAY_OUT, PASS_IN, READY)] == [True, False] * 2
    assert (settings[PASS_IN].bias, settings[READY].bias) == (Bias.PULL_UP, Bias.PULL_DOWN)


def test_a_contact_that_is_closed_at_rest_is_pulled_up_and_active_when_it_opens_or_its_wire_is_cut() -> None:
    wiring = GpioWiring("x", {}, {LaneSignal.FIRE: 5}, normally_closed=frozenset({5}))
    settings = line_settings(wiring)[5]
    assert (settings.bias, settings.active_low) == (Bias.PULL_UP, False)


def test_making_the_gate_safe_needs_its_chip() -> None:
    with pytest.raises(GpioError, match="pinctrl-bcm2711"):
        make_safe(WIRING)
