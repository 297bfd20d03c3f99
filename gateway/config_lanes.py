"""The lanes of the configuration: `[[lane]]`, and its lines in `[lane.gpio]` and `[lane.osdp]`."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from gateway.config_readers import GPIO_OFFSETS
from gateway.config_table import TableReader
from gateway.domain.access_point import Direction
from gateway.domain.lane_inputs import LaneSignal
from gateway.service.relay_control import LaneControl, LaneTiming

PULSE_MS: Final = (100, 10_000)
WINDOW_MS: Final = (1_000, 60_000)
TAILGATE_MS: Final = (0, 5_000)
JAM_S: Final = (2, 120)
HELD_S: Final = (5, 3_600)
LEVEL_MAX_S: Final = (1, 600)
DEBOUNCE_MS: Final = (1, 500)
READER_LINES: Final = (0, 255)
SOCKET_PATH_BYTES: Final = 107
"""The kernel's limit for the path of a Unix socket (unix(7)), its end mark not counted."""
RELAYS: Final[Mapping[str, Direction]] = {"relay_in": "in", "relay_out": "out"}
_TIMING: Final = LaneTiming()
_CONTROL: Final = LaneControl()

SafeState = Literal["locked", "open"]


@dataclass(frozen=True, slots=True)
class GpioConfig:
    """The lines of a lane, by offset on the chip with this label."""

    chip: str
    relays: Mapping[Direction, int]
    inputs: Mapping[LaneSignal, int]
    active_low: frozenset[int]
    normally_closed: frozenset[int]
    debounce_ms: int


@dataclass(frozen=True, slots=True)
class OsdpLinesConfig:
    """The outputs and inputs of an OSDP reader that belong to a lane, counted from 0; `active_low` inputs inverted."""

    reader: str
    relays: Mapping[Direction, int]
    inputs: Mapping[LaneSignal, int]
    active_low: frozenset[int]


@dataclass(frozen=True, slots=True)
class LaneConfig:
    """One turnstile; without an id it is the lane that the gateway was enrolled for.

    `on_failure` is what its relays are left at when no gateway drives them.
    """

    lane_id: str | None
    name: str
    timing: LaneTiming
    control: LaneControl
    on_failure: SafeState
    socket: Path | None
    gpio: GpioConfig | None
    osdp: OsdpLinesConfig | None

    @property
    def relays(self) -> tuple[Direction, ...]:
        """The directions that it can open."""
        parts = [part.relays for part in (self.gpio, self.osdp) if part is not None]
        return tuple(way for way in RELAYS.values() if self.socket is not None or any(way in part for part in parts))

    @property
    def inputs(self) -> frozenset[LaneSignal]:
        """The signals that it gives back."""
        parts = [part.inputs for part in (self.gpio, self.osdp) if part is not None]
        return frozenset(LaneSignal) if self.socket is not None else frozenset().union(*parts)


def read_lane(table: TableReader, folder: Path) -> LaneConfig:
    """One `[[lane]]`."""
    lane_id = table.text("id", "") or None
    name = table.text("name")
    kind = table.choice("kind", ("virtual", "gpio", "osdp"))
    socket = folder / table.text("socket") if kind == "virtual" else None
    if socket is not None:
        check_socket(table, "socket", socket)
    gpio = _read_gpio(table.table("gpio")) if kind == "gpio" else None
    osdp = _read_osdp(table.table("osdp")) if kind == "osdp" or table.has("osdp") else None
    timing = _read_timing(table)
    inputs = [part.inputs for part in (gpio, osdp) if part is not None]
    lane = LaneConfig(
        lane_id=lane_id,
        name=name,
        timing=timing,
        control=_read_control(table, timing, [] if kind == "virtual" else inputs),
        on_failure=table.choice("on_failure", ("locked", "open"), "locked"),
        socket=socket,
        gpio=gpio,
        osdp=osdp,
    )
    _check_lane(table, lane)
    table.end()
    return lane


def check_socket(table: TableReader, key: str, path: Path) -> None:
    """Note a path that no socket can have."""
    if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
        table.note(key, f"{path} is too long for a socket, which may have {SOCKET_PATH_BYTES} bytes")


def _read_timing(table: TableReader) -> LaneTiming:
    timing = LaneTiming(
        pulse_ms=table.number("pulse_ms", PULSE_MS, _TIMING.pulse_ms),
        passage_window_ms=table.number("passage_window_ms", WINDOW_MS, _TIMING.passage_window_ms),
        tailgate_ms=table.number("tailgate_ms", TAILGATE_MS, _TIMING.tailgate_ms),
        jam_ms=table.number("jam_s", JAM_S, _TIMING.jam_ms // 1000) * 1000,
        held_ms=table.number("held_s", HELD_S, _TIMING.held_ms // 1000) * 1000,
    )
    if timing.pulse_ms > timing.passage_window_ms:
        table.note("pulse_ms", "`pulse_ms` must not be longer than `passage_window_ms`")
    return timing


def _read_control(table: TableReader, timing: LaneTiming, inputs: Iterable[Mapping[LaneSignal, int]]) -> LaneControl:
    """A lane whose only sign of life is that a leaf opens is passed when it does."""
    wired = frozenset().union(*inputs)
    is_door = LaneSignal.OPEN in wired and not wired & {LaneSignal.ROTATION_IN, LaneSignal.ROTATION_OUT}
    control = LaneControl(
        kind=table.choice("control", ("pulse", "level"), _CONTROL.kind),
        release=table.choice("release", ("start", "end"), _CONTROL.release),
        level_max_ms=table.number("level_max_s", LEVEL_MAX_S, _CONTROL.level_max_ms // 1000) * 1000,
        passage_sign="opening" if is_door else "rotation",
    )
    if control.kind == "level" and timing.passage_window_ms > control.level_max_ms:
        table.note("level_max_s", "`level_max_s` must not be shorter than `passage_window_ms`")
    return control


def _check_lane(table: TableReader, lane: LaneConfig) -> None:
    if not lane.relays:
        table.note("osdp" if lane.gpio is None else "gpio", "at least one of `relay_in` and `relay_out` is needed")
    if lane.gpio is not None and lane.osdp is not None:
        for signal in lane.gpio.inputs.keys() & lane.osdp.inputs.keys():
            table.note("osdp", f"`{signal}` is in [lane.gpio] already")
    is_gpio_alone = lane.gpio is not None and not (lane.osdp and lane.osdp.relays)
    if lane.on_failure == "open" and not (lane.control.kind == "level" and is_gpio_alone):
        table.note("on_failure", 'a lane can be left open only by `control = "level"` and with relays on GPIO alone')


def _read_gpio(table: TableReader) -> GpioConfig:
    chip = table.text("chip")
    debounce_ms = table.number("debounce_ms", DEBOUNCE_MS, 10)
    relays, inputs, active_low = _read_lines(table, GPIO_OFFSETS, (*RELAYS, *LaneSignal))
    named = [*((f"relay_{way}", line) for way, line in relays.items()), *inputs.items()]
    for name, offset in named:
        if [line for _, line in named].count(offset) > 1:
            table.note(name, f"line {offset} is given to more than one signal")
    closed = _read_names(table, "normally_closed", {signal.value: offset for signal, offset in inputs.items()})
    for _ in closed & active_low:
        table.note("normally_closed", "an input is in `active_low` or in `normally_closed`, not in both")
    table.end()
    return GpioConfig(chip, relays, inputs, active_low, closed, debounce_ms)


def _read_osdp(table: TableReader) -> OsdpLinesConfig:
    reader = table.text("reader")
    relays, inputs, active_low = _read_lines(table, READER_LINES, tuple(LaneSignal))
    for lines in (relays, inputs):
        if len(set(lines.values())) < len(lines):
            table.note("reader", "an output or input of the reader is given to more than one signal")
    table.end()
    return OsdpLinesConfig(reader, relays, inputs, active_low)


def _read_lines(
    table: TableReader, bounds: tuple[int, int], may_be_inverted: Iterable[str]
) -> tuple[dict[Direction, int], dict[LaneSignal, int], frozenset[int]]:
    """Relays, inputs, and the numbers of those lines that are inverted."""
    numbers = {name: table.number(name, bounds) for name in (*RELAYS, *LaneSignal) if table.has(name)}
    return (
        {way: numbers[name] for name, way in RELAYS.items() if name in numbers},
        {signal: numbers[signal] for signal in LaneSignal if signal in numbers},
        _read_names(table, "active_low", {name: numbers[name] for name in may_be_inverted if name in numbers}),
    )


def _read_names(table: TableReader, key: str, lines: Mapping[str, int]) -> frozenset[int]:
    """The lines that a list names."""
    names = table.texts(key)
    for name in names:
        if name not in lines:
            table.note(key, f"`{key}` names {name!r}, which has no line")
    return frozenset(lines[name] for name in names if name in lines)
