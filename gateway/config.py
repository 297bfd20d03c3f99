"""The gateway's one configuration file: read once, checked whole, frozen.

Paths are relative to the file's folder. Secrets are not in it: a reader's key is in a file of its own.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gateway.config_formats import read_card_formats, read_feedback
from gateway.config_lanes import LaneConfig, check_socket, read_lane
from gateway.config_lines import LineIndex, Place
from gateway.config_readers import (
    BusConfig,
    KeyFiles,
    ReaderPosition,
    ScannerConfig,
    WiegandConfig,
    read_bus,
    read_scanner,
    read_wiegand,
)
from gateway.config_table import Mistake, MistakeList, TableReader
from gateway.domain.feedback import FeedbackPlan
from gateway.service.broker_choice import BrokerAddress
from gateway.service.pin_collection import PIN_TIMEOUT_S
from gateway.status_client import STATUS_SOCKET

PIN_TIMEOUT_LIMITS_S: Final = (2, 60)
SITE_BROKER_PORT: Final = 8883
BROKER_PORT: Final = 8883


class ConfigError(Exception):
    """The file cannot be used; `mistakes` are all that is wrong with it."""

    def __init__(self, path: Path, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(f"{path}:{mistake.line}: {mistake.text}" for mistake in self.mistakes))


@dataclass(frozen=True, slots=True)
class SiteBrokerConfig:
    """Where the broker of the site itself is."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """The whole file. `metrics_port` 0 is none; `broker` None: that of the enrolment, or where it was moved to."""

    state_dir: Path
    lanes: tuple[LaneConfig, ...]
    buses: tuple[BusConfig, ...]
    wiegand: tuple[WiegandConfig, ...] = ()
    scanners: tuple[ScannerConfig, ...] = ()
    feedback: FeedbackPlan = field(default_factory=FeedbackPlan)
    pin_timeout_s: float = PIN_TIMEOUT_S
    metrics_port: int = 0
    site_broker: SiteBrokerConfig | None = None
    broker: BrokerAddress | None = None

    @property
    def positions(self) -> tuple[ReaderPosition, ...]:
        """Where every reader stands, whatever its kind, in the order of the kinds."""
        return (
            *(reader.position for bus in self.buses for reader in bus.readers),
            *(reader.position for reader in self.wiegand),
            *(scanner.position for scanner in self.scanners),
        )


def load_config(path: Path, *, has_keys: bool = True) -> GatewayConfig:
    """Read and check the file; without `has_keys` the readers' key files are left alone, as before pairing.

    Raises:
        ConfigError: with every mistake and its line.
        OSError: the file cannot be read.
    """
    try:
        return parse_config(path.read_bytes().decode(), path, has_keys=has_keys)
    except UnicodeDecodeError as error:
        raise ConfigError(path, [Mistake(1, f"this is not text in UTF-8: {error.reason}")]) from error


def parse_config(text: str, path: Path, *, has_keys: bool = True) -> GatewayConfig:
    """Check a text that came from the file `path`; only the readers' key files are read, and not without `has_keys`.

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
    check_socket(root, "state_dir", state_dir / STATUS_SOCKET)
    formats = read_card_formats(root)
    if not any(root.has(kind) for kind in ("bus", "wiegand", "scanner")):
        root.note("bus", "there must be at least one [[bus]], [[wiegand]] or [[scanner]]")
    keys = KeyFiles(path.parent, state_dir, is_read=has_keys)
    config = GatewayConfig(
        state_dir=state_dir,
        lanes=tuple(read_lane(table, path.parent) for table in root.tables("lane")),
        buses=tuple(read_bus(table, formats, keys) for table in root.tables("bus", is_required=False)),
        wiegand=tuple(read_wiegand(table, formats) for table in root.tables("wiegand", is_required=False)),
        scanners=tuple(read_scanner(table, formats) for table in root.tables("scanner", is_required=False)),
        feedback=read_feedback(root.table("feedback")),
        pin_timeout_s=root.number("pin_timeout_s", PIN_TIMEOUT_LIMITS_S, round(PIN_TIMEOUT_S)),
        metrics_port=_read_metrics_port(root.table("metrics")),
        site_broker=_read_site_broker(root.table("site_broker")) if root.has("site_broker") else None,
        broker=_read_broker(root.table("broker")) if root.has("broker") else None,
    )
    root.end()
    _check_whole(config, mistakes)
    if mistakes.found:
        raise ConfigError(path, mistakes.found)
    return config


def _read_metrics_port(table: TableReader) -> int:
    """`[metrics]`: the port on the loopback at which Prometheus finds this gateway."""
    port = table.number("port", (0, 65_535), 0)
    table.end()
    return port


def _read_site_broker(table: TableReader) -> SiteBrokerConfig:
    """`[site_broker]`: over which gateways of the site hear each other while the cloud's broker cannot be reached."""
    read = SiteBrokerConfig(table.text("host"), table.number("port", (1, 65_535), SITE_BROKER_PORT))
    table.end()
    return read


def _read_broker(table: TableReader) -> BrokerAddress:
    """`[broker]`: the cloud's broker, if it is not where the enrolment said."""
    read = BrokerAddress(table.text("host"), table.number("port", (1, 65_535), BROKER_PORT))
    table.end()
    return read


def _check_whole(config: GatewayConfig, mistakes: MistakeList) -> None:
    """What only shows when the tables are seen together."""
    names = [lane.name for lane in config.lanes]
    _check_distinct([(("lane", i, "name"), name) for i, name in enumerate(names)], "lane", mistakes)
    ids = [(("lane", i, "id"), lane.lane_id or "without an id") for i, lane in enumerate(config.lanes)]
    _check_distinct(ids, "lane", mistakes)
    ports: list[tuple[Place, str]] = [(("bus", b, "port"), bus.port) for b, bus in enumerate(config.buses)]
    ports += [(("scanner", i, "port"), scanner.port) for i, scanner in enumerate(config.scanners)]
    _check_distinct(ports, "bus or scanner on port", mistakes)
    for b, bus in enumerate(config.buses):
        addresses: list[tuple[Place, str]] = [
            (("bus", b, "reader", r, "address"), str(reader.address)) for r, reader in enumerate(bus.readers)
        ]
        _check_distinct(addresses, "reader of this bus with address", mistakes)
    places = _reader_places(config)
    for place, position in places:
        if position.lane and position.lane not in names:
            mistakes.note((*place, "lane"), f"no lane is called {position.lane!r}; there are: {', '.join(names)}")
    _check_distinct([((*place, "name"), position.name) for place, position in places], "reader", mistakes)
    _check_gpio_lines(config, mistakes)
    _check_osdp_lines(config, mistakes)


def _reader_places(config: GatewayConfig) -> list[tuple[Place, ReaderPosition]]:
    """Every reader with its table."""
    places: list[tuple[Place, ReaderPosition]] = [
        (("bus", b, "reader", r), reader.position)
        for b, bus in enumerate(config.buses)
        for r, reader in enumerate(bus.readers)
    ]
    places += [(("wiegand", i), reader.position) for i, reader in enumerate(config.wiegand)]
    places += [(("scanner", i), scanner.position) for i, scanner in enumerate(config.scanners)]
    return places


def _check_gpio_lines(config: GatewayConfig, mistakes: MistakeList) -> None:
    """A line of a chip belongs to one lane or one reader."""
    owners: dict[tuple[str, int], str] = {}
    for lane in config.lanes:
        if lane.gpio is not None:
            offsets = (*lane.gpio.relays.values(), *lane.gpio.inputs.values())
            owners.update({(lane.gpio.chip, offset): f"lane {lane.name}" for offset in offsets})
    for i, reader in enumerate(config.wiegand):
        owner = f"reader {reader.position.name}"
        for name, offset in reader.lines.items():
            taken_by = owners.setdefault((reader.chip, offset), owner)
            if taken_by != owner:
                mistakes.note(("wiegand", i, name), f"line {offset} of {reader.chip} belongs to {taken_by} already")


def _check_osdp_lines(config: GatewayConfig, mistakes: MistakeList) -> None:
    """Relays and inputs of a reader are believed only in its secure channel."""
    readers = {reader.name: reader for bus in config.buses for reader in bus.readers}
    for i, lane in enumerate(config.lanes):
        if lane.osdp is None or not lane.osdp.reader:
            continue
        reader = readers.get(lane.osdp.reader)
        place = ("lane", i, "osdp", "reader")
        if reader is None:
            mistakes.note(place, f"no [[bus.reader]] is called {lane.osdp.reader!r}")
        elif reader.scbk_path is None:
            mistakes.note(place, f"reader {reader.name} speaks plain text: it must not drive a relay")


def _check_distinct(values: Iterable[tuple[Place, str]], what: str, mistakes: MistakeList) -> None:
    seen: set[str] = set()
    for place, value in values:
        if value and value in seen:
            mistakes.note(place, f"there is already a {what} {value}")
        seen.add(value)
