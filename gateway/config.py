"""The gateway's one configuration file: read once, checked whole, frozen.

Paths are relative to the file's folder. Secrets are not in it: a reader's key is in a file of its own.
"""

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from firmware_protocol.osdp.secure_channel import KEY_SIZE, SCBK_D
from gateway.config_lines import LineIndex, Place
from gateway.config_table import Mistake, MistakeList, TableReader
from gateway.domain.access_point import Direction
from gateway.domain.lane_inputs import LaneSignal
from gateway.service.display import DisplaySettings, TextEncoding
from gateway.service.passage import LaneTiming
from gateway.service.relay_pulses import DIRECTIONS
from gateway.status_client import STATUS_SOCKET

BAUD_RATES: Final = (9600, 19_200, 38_400, 57_600, 115_200, 230_400)
PULSE_MS: Final = (100, 10_000)
WINDOW_MS: Final = (1_000, 60_000)
GPIO_OFFSETS: Final = (0, 1023)
_TIMING: Final = LaneTiming()
_DISPLAY: Final = DisplaySettings()
ENCODINGS: Final[tuple[TextEncoding, TextEncoding]] = ("ascii", "utf-8")
SOCKET_PATH_BYTES: Final = 107
"""The kernel's limit for the path of a Unix socket (unix(7)), its end mark not counted."""
RELAYS: Final[Mapping[str, Direction]] = {"relay_in": "in", "relay_out": "out"}


class ConfigError(Exception):
    """The file cannot be used; `mistakes` are all that is wrong with it."""

    def __init__(self, path: Path, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(f"{path}:{mistake.line}: {mistake.text}" for mistake in self.mistakes))


@dataclass(frozen=True, slots=True)
class GpioConfig:
    """The lines of a lane, by offset on the chip with this label."""

    chip: str
    relays: Mapping[Direction, int]
    inputs: Mapping[LaneSignal, int]
    active_low: frozenset[int]


@dataclass(frozen=True, slots=True)
class LaneConfig:
    """One turnstile; without an id it is the lane that the gateway was enrolled for."""

    lane_id: str | None
    name: str
    timing: LaneTiming
    socket: Path | None
    gpio: GpioConfig | None


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """One reader; `lane` is a lane's name. `scbk` None is a reader in plain text, by explicit choice."""

    name: str
    address: int
    lane: str
    direction: Direction
    scbk: bytes | None = field(repr=False)
    display: DisplaySettings


@dataclass(frozen=True, slots=True)
class BusConfig:
    """One serial port and its readers."""

    port: str
    baud: int
    readers: tuple[ReaderConfig, ...]


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """The whole file."""

    state_dir: Path
    lanes: tuple[LaneConfig, ...]
    buses: tuple[BusConfig, ...]


def load_config(path: Path) -> GatewayConfig:
    """Read and check the file.

    Raises:
        ConfigError: with every mistake and its line.
        OSError: the file cannot be read.
    """
    try:
        return parse_config(path.read_bytes().decode(), path)
    except UnicodeDecodeError as error:
        raise ConfigError(path, [Mistake(1, f"this is not text in UTF-8: {error.reason}")]) from error


def parse_config(text: str, path: Path) -> GatewayConfig:
    """Check a text that came from the file `path`; only the readers' key files are read.

    Raises:
        ConfigError: with every mistake and its line.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        position = re.search(r"at line (\d+)", str(error))
        raise ConfigError(path, [Mistake(int(position[1]) if position else 1, f"this is not TOML: {error}")]) from error
    mistakes = MistakeList(LineIndex(text))
    root = TableReader(values, (), mistakes)
    state_dir = path.parent / root.text("state_dir")
    _check_socket(root, "state_dir", state_dir / STATUS_SOCKET)
    config = GatewayConfig(
        state_dir=state_dir,
        lanes=tuple(_read_lane(table, path.parent) for table in root.tables("lane")),
        buses=tuple(_read_bus(table, path.parent) for table in root.tables("bus")),
    )
    root.end()
    _check_whole(config, mistakes)
    if mistakes.found:
        raise ConfigError(path, mistakes.found)
    return config


def _read_lane(table: TableReader, folder: Path) -> LaneConfig:
    lane_id = table.text("id", "") or None
    name = table.text("name")
    kind = table.choice("kind", ("virtual", "gpio"))
    timing = LaneTiming(
        pulse_ms=table.number("pulse_ms", PULSE_MS, _TIMING.pulse_ms),
        passage_window_ms=table.number("passage_window_ms", WINDOW_MS, _TIMING.passage_window_ms),
    )
    if timing.pulse_ms > timing.passage_window_ms:
        table.note("pulse_ms", "`pulse_ms` must not be longer than `passage_window_ms`")
    socket = folder / table.text("socket") if kind == "virtual" else None
    if socket is not None:
        _check_socket(table, "socket", socket)
    gpio = _read_gpio(table.table("gpio")) if kind == "gpio" else None
    table.end()
    return LaneConfig(lane_id, name, timing, socket, gpio)


def _check_socket(table: TableReader, key: str, path: Path) -> None:
    if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
        table.note(key, f"{path} is too long for a socket, which may have {SOCKET_PATH_BYTES} bytes")


def _read_gpio(table: TableReader) -> GpioConfig:
    chip = table.text("chip")
    offsets = {name: table.number(name, GPIO_OFFSETS) for name in (*RELAYS, *LaneSignal) if table.has(name)}
    if not any(name in offsets for name in RELAYS):
        table.note("relay_in", "at least one of `relay_in` and `relay_out` is needed")
    for name, offset in offsets.items():
        if list(offsets.values()).count(offset) > 1:
            table.note(name, f"line {offset} is given to more than one signal")
    inverted = table.texts("active_low")
    for name in inverted:
        if name not in offsets:
            table.note("active_low", f"`active_low` names {name!r}, which has no line")
    table.end()
    return GpioConfig(
        chip=chip,
        relays={direction: offsets[name] for name, direction in RELAYS.items() if name in offsets},
        inputs={signal: offsets[signal] for signal in LaneSignal if signal in offsets},
        active_low=frozenset(offsets[name] for name in inverted if name in offsets),
    )


def _read_bus(table: TableReader, folder: Path) -> BusConfig:
    port = table.text("port")
    baud = table.choice("baud", BAUD_RATES, BAUD_RATES[0])
    readers = tuple(_read_reader(reader, folder) for reader in table.tables("reader"))
    table.end()
    return BusConfig(port, baud, readers)


def _read_reader(table: TableReader, folder: Path) -> ReaderConfig:
    reader = ReaderConfig(
        name=table.text("name"),
        address=table.number("address", (0, 126)),
        lane=table.text("lane"),
        direction=table.choice("direction", DIRECTIONS),
        scbk=_read_key(table, folder),
        display=DisplaySettings(
            line_count=table.number("text_lines", (0, 8), _DISPLAY.line_count),
            column_count=table.number("text_columns", (8, 80), _DISPLAY.column_count),
            encoding=table.choice("text_encoding", ENCODINGS, _DISPLAY.encoding),
        ),
    )
    table.end()
    return reader


def _read_key(table: TableReader, folder: Path) -> bytes | None:
    if table.flag("plain_text"):
        if table.has("scbk_file"):
            table.note("plain_text", "a reader with `scbk_file` does not speak plain text: take one of the two away")
            table.text("scbk_file")
        return None
    if not table.has("scbk_file"):
        table.note(
            "scbk_file", "`scbk_file` is missing: the reader's key, or `plain_text = true` for one that can have none"
        )
        return None
    path = folder / table.text("scbk_file")
    try:
        key = bytes.fromhex(path.read_text("ascii"))
        is_public = bool(path.stat().st_mode & stat.S_IROTH)
    except OSError as error:
        table.note("scbk_file", f"the key cannot be read: {error}")
        return None
    except ValueError:
        key, is_public = b"", False
    if len(key) != KEY_SIZE:
        table.note("scbk_file", f"{path} must hold {KEY_SIZE * 2} hexadecimal digits")
        return None
    if key == SCBK_D:
        table.note("scbk_file", f"{path} holds the public default key, which protects nothing: pair the reader first")
    if is_public:
        table.note("scbk_file", f"{path} can be read by everybody on this machine: chmod 600 it")
    return key


def _check_whole(config: GatewayConfig, mistakes: MistakeList) -> None:
    """What only shows when the tables are seen together."""
    names = [lane.name for lane in config.lanes]
    _check_distinct([(("lane", i, "name"), name) for i, name in enumerate(names)], "lane", mistakes)
    ids = [(("lane", i, "id"), lane.lane_id or "without an id") for i, lane in enumerate(config.lanes)]
    _check_distinct(ids, "lane", mistakes)
    ports = [(("bus", b, "port"), bus.port) for b, bus in enumerate(config.buses)]
    _check_distinct(ports, "bus on port", mistakes)
    readers: list[tuple[Place, str]] = []
    for b, bus in enumerate(config.buses):
        addresses: list[tuple[Place, str]] = []
        for r, reader in enumerate(bus.readers):
            place: Place = ("bus", b, "reader", r)
            readers.append(((*place, "name"), reader.name))
            addresses.append(((*place, "address"), str(reader.address)))
            if reader.lane and reader.lane not in names:
                mistakes.note((*place, "lane"), f"no lane is called {reader.lane!r}; there are: {', '.join(names)}")
        _check_distinct(addresses, "reader of this bus with address", mistakes)
    _check_distinct(readers, "reader", mistakes)


def _check_distinct(values: Iterable[tuple[Place, str]], what: str, mistakes: MistakeList) -> None:
    seen: set[str] = set()
    for place, value in values:
        if value and value in seen:
            mistakes.note(place, f"there is already a {what} {value}")
        seen.add(value)
