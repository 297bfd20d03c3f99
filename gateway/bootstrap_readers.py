"""Puts the readers of a gateway together, of whatever kind: what `bootstrap` joins to the lanes and the tap."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.adapters.local_status import LocalStatus
from gateway.adapters.reader_bus_serial.bus import SerialReaderBus
from gateway.adapters.reader_bus_serial.indication import SerialReader
from gateway.adapters.reader_bus_serial.line import LineTap, Way
from gateway.adapters.reader_scanner_serial import ScannerReader, SerialFraming
from gateway.adapters.reader_wiegand_gpio import WiegandReader, WiegandWiring, request_lines
from gateway.config import GatewayConfig
from gateway.config_readers import NO_DISPLAY, BusConfig, ReaderConfig, ReaderPosition, ScannerConfig, WiegandConfig
from gateway.domain.access_point import AccessPoint, ReaderKey
from gateway.service.display import DisplaySettings
from gateway.service.ports import ReaderBus
from gateway.service.reader_feedback import ReaderPlace


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire with its name for the log, and the readers on it with their displays."""

    name: str
    bus: ReaderBus
    readers: Sequence[tuple[ReaderPosition, DisplaySettings]]


def build_wires(config: GatewayConfig, capture: LocalStatus) -> list[Wire]:
    """Every wire of the configuration; what crosses the OSDP buses can be listened to at `capture`.

    Raises:
        GpioError: a Wiegand reader's lines cannot be had.
    """
    return [
        *(_build_bus(bus, capture) for bus in config.buses),
        *(_build_wiegand(reader) for reader in config.wiegand),
        *(_build_scanner(scanner) for scanner in config.scanners),
    ]


def place_readers(config: GatewayConfig, wires: Sequence[Wire], own_lane_id: str) -> dict[ReaderKey, ReaderPlace]:
    """Where each reader stands; a lane without an id is `own_lane_id`."""
    lane_ids = {lane.name: lane.lane_id or own_lane_id for lane in config.lanes}
    return {
        ReaderKey(position.name): ReaderPlace(
            ReaderKey(position.name),
            AccessPoint(lane_ids[position.lane], position.direction),
            display,
            wire.bus,
            position.reading,
            position.has_keypad,
        )
        for wire in wires
        for position, display in wire.readers
    }


def serial_reader(reader: ReaderConfig) -> SerialReader:
    """A reader of a bus, as its adapter wants it."""
    return SerialReader(
        ReaderKey(reader.name),
        reader.address,
        reader.scbk,
        line_count=reader.display.line_count,
        column_count=reader.display.column_count,
    )


def _build_bus(config: BusConfig, capture: LocalStatus) -> Wire:
    readers = [serial_reader(reader) for reader in config.readers]
    bus = SerialReaderBus(config.port, baud=config.baud, readers=readers, tap=_tap_for(config, capture))
    return Wire(f"bus {config.port}", bus, [(reader.position, reader.display) for reader in config.readers])


def _tap_for(config: BusConfig, capture: LocalStatus) -> LineTap:
    def listen(way: Way, data: bytes) -> None:
        if capture.has_listeners:
            capture.publish({"port": config.port, "io": way, "at_ns": time.time_ns(), "data": data.hex()})

    return listen


def _build_wiegand(config: WiegandConfig) -> Wire:
    wiring = WiegandWiring(
        config.chip,
        d0=config.lines["d0"],
        d1=config.lines["d1"],
        is_active_low=config.is_active_low,
        green=config.lines.get("led_green"),
        red=config.lines.get("led_red"),
        buzzer=config.lines.get("buzzer"),
        is_output_active_low=config.is_output_active_low,
    )
    key, timers = ReaderKey(config.position.name), asyncio.get_running_loop()
    reader = WiegandReader(key, wiring, request_lines(wiring), timers=timers, silence_s=config.silence_s)
    return Wire(f"reader {key}", reader, [(config.position, NO_DISPLAY)])


def _build_scanner(config: ScannerConfig) -> Wire:
    key = ReaderKey(config.position.name)
    framing = SerialFraming.parse(config.framing, config.baud)
    reader = ScannerReader(key, config.port, framing, silence_s=config.silence_s)
    return Wire(f"reader {key}", reader, [(config.position, NO_DISPLAY)])
