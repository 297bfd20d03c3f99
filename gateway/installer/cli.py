"""The commands of `tornello-gateway` for the installer of readers: pair-reader, scan-readers, set-baud, capture.

Progress is a line on the standard output; with `--json` each line is an object. Exit codes as of `tornello-gateway`.
"""

import argparse
import asyncio
import functools
import json
import re
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from firmware_protocol.osdp.codes import BROADCAST_ADDRESS
from firmware_protocol.osdp.reader_settings import ReaderSettings
from firmware_protocol.osdp.secure_channel import KEY_SIZE
from gateway.config import GatewayConfig
from gateway.config_readers import BAUD_RATES, BusConfig, ReaderConfig
from gateway.installer.bench import InstallerRefusedError
from gateway.installer.scanning import FoundReader
from gateway.status_client import BUS_SOCKET

_ADDRESSES: Final = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")
_SECONDS_MAX: Final = 7 * 86_400


class UsageError(Exception):
    """What was asked for is not in the configuration."""


Command = Callable[[GatewayConfig, argparse.Namespace], int]


class AddCommand(Protocol):
    """Adds a command that works with the configuration; without `has_keys` no reader's key needs to be there yet."""

    def __call__(
        self, name: str, command: Command, words: str, *, has_keys: bool = True
    ) -> argparse.ArgumentParser: ...


def add_installer_commands(add: AddCommand) -> None:
    """Add those commands that need the configuration."""
    pair = add("pair-reader", _pair_reader, "give a reader a key of its own, and prove that it took it", has_keys=False)
    pair.add_argument("--reader", required=True, metavar="NAME", help="its name in the configuration")
    mode = pair.add_mutually_exclusive_group()
    mode.add_argument("--rotate", action="store_true", help="the reader has our key: give it another one")
    mode.add_argument("--force", action="store_true", help="pair anew a reader that was reset or replaced")
    speed = add("set-baud", _set_baud, "move all readers of a bus to another speed")
    speed.add_argument("--bus", metavar="PORT", help="the bus by its port (needed only where there are several)")
    speed.add_argument("--baud", required=True, type=int, choices=BAUD_RATES)
    speed.add_argument("--print-only", action="store_true", help="say which line to change instead of changing it")
    capture = add("capture", _capture, "record the OSDP buses, beside the running gateway or alone")
    capture.add_argument("--osdpcap", required=True, type=Path, metavar="FILE", help="the file to write")
    capture.add_argument("--seconds", type=_parse_seconds, metavar="N", help="end after so long (until Ctrl-C)")
    capture.add_argument("--with-keys", action="store_true", help="do not zero the keys that travel")
    for parser in (pair, speed, capture):
        parser.add_argument("--json", action="store_true", help="each line as an object")


def add_scan_options(parser: argparse.ArgumentParser) -> None:
    """The options of scan-readers, which needs no configuration."""
    parser.add_argument("--port", required=True, metavar="PORT", help="the serial port")
    parser.add_argument("--addresses", type=_parse_addresses, default=range(BROADCAST_ADDRESS), metavar="A-B")
    speeds = parser.add_mutually_exclusive_group()
    speeds.add_argument("--baud", type=int, choices=BAUD_RATES, action="append", help="may be repeated (9600)")
    speeds.add_argument("--all-bauds", action="store_true", help="try every speed, one after the other")
    parser.add_argument("--json", action="store_true", help="each reader as an object")


def scan_readers(options: argparse.Namespace) -> int:
    """Look for readers on a port."""
    from gateway.adapters.reader_bus_serial.bench import open_bench
    from gateway.installer.scanning import find_readers

    bauds = BAUD_RATES if options.all_bauds else options.baud or BAUD_RATES[:1]

    async def scan() -> int:
        count = 0
        async for found in find_readers(functools.partial(open_bench, options.port), bauds, options.addresses):
            print(json.dumps(_found_fields(found)) if options.json else _found_words(found), flush=True)
            count += 1
        return count

    if not asyncio.run(scan()) and not options.json:
        print(f"no reader answers on {options.port} at {', '.join(map(str, bauds))} baud")
    return 0


def _pair_reader(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.adapters.reader_bus_serial.bench import open_bench
    from gateway.installer.key_files import ReaderKeyFiles
    from gateway.installer.pairing import Mode, Pairing

    bus, reader = _find_reader(config, options.reader)
    if reader.scbk_path is None:
        raise InstallerRefusedError(
            f"reader {reader.name} is configured to speak plain text: give it `scbk_file` instead of `plain_text` first"
        )
    mode: Mode = "rotate" if options.rotate else "force" if options.force else "new"
    pairing = Pairing(
        reader.address,
        baud=bus.baud,
        open_bench=functools.partial(open_bench, bus.port),
        keys=ReaderKeyFiles(reader.scbk_path, config.state_dir),
        new_key=functools.partial(secrets.token_bytes, KEY_SIZE),
        tell=_teller(options),
    )
    asyncio.run(pairing.run(mode))
    _finish(options, f"reader {reader.name} is paired; its key is in {reader.scbk_path}", reader=reader.name)
    return 0


def _set_baud(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.adapters.reader_bus_serial.bench import open_bench
    from gateway.installer.baud_change import BaudChange
    from gateway.installer.config_edit import BaudEdit

    bus = _find_bus(config, options.bus)
    if bus.baud == options.baud:
        raise UsageError(f"the bus on {bus.port} is configured for {bus.baud} baud already")
    readers = {reader.name: ReaderSettings(reader.address, scbk=reader.scbk) for reader in bus.readers}
    change = BaudChange(readers, functools.partial(open_bench, bus.port), _teller(options))
    moved = f"all readers on {bus.port} are at {options.baud} baud"
    if options.print_only:
        asyncio.run(change.run(bus.baud, options.baud))
        words = f"{moved}; now write `baud = {options.baud}` in {options.config}"
        _finish(options, words, port=bus.port, baud=options.baud)
        return 0
    edit = BaudEdit(options.config, bus.port, options.baud)
    with edit.staged():
        asyncio.run(change.run(bus.baud, options.baud))
    _finish(options, f"{moved}, and in {options.config}", port=bus.port, baud=options.baud, diff=edit.diff)
    if not options.json:
        print(edit.diff)
    return 0


def _capture(config: GatewayConfig, options: argparse.Namespace) -> int:
    from gateway.installer.capture import capture_alone, capture_beside

    wanted = {"has_keys": options.with_keys, "seconds": options.seconds}
    tell = _teller(options)

    async def record() -> int:
        try:
            tell(f"recording into {options.osdpcap}, beside the gateway if it runs")
            return await capture_beside(config.state_dir / BUS_SOCKET, options.osdpcap, **wanted)
        except (ConnectionError, FileNotFoundError):
            tell("no gateway runs here: serving the readers meanwhile")
            return await capture_alone(config.buses, options.osdpcap, **wanted)

    frame_count = asyncio.run(record())
    _finish(options, f"{frame_count} frame(s) in {options.osdpcap}", file=str(options.osdpcap), frames=frame_count)
    return 0


def _find_reader(config: GatewayConfig, name: str) -> tuple[BusConfig, ReaderConfig]:
    readers = [(bus, reader) for bus in config.buses for reader in bus.readers]
    for bus, reader in readers:
        if reader.name == name:
            return bus, reader
    names = ", ".join(reader.name for _, reader in readers) or "none"
    raise UsageError(f"no OSDP reader is called {name!r}; there are: {names}")


def _find_bus(config: GatewayConfig, port: str | None) -> BusConfig:
    found = [bus for bus in config.buses if port in {None, bus.port}]
    if len(found) != 1:
        ports = ", ".join(bus.port for bus in config.buses) or "none"
        raise UsageError(f"name the bus with --bus; there are: {ports}")
    return found[0]


def _teller(options: argparse.Namespace) -> Callable[[str], None]:
    def tell(words: str) -> None:
        print(json.dumps({"step": words}) if options.json else words, flush=True)

    return tell


def _finish(options: argparse.Namespace, words: str, **fields: Any) -> None:
    print(json.dumps({"done": words, **fields}) if options.json else words, flush=True)


def _found_fields(found: FoundReader) -> dict[str, Any]:
    identity = found.identification
    fields: dict[str, Any] = {"address": found.address, "baud": found.baud, "identification": None}
    if identity is not None:
        fields["identification"] = {
            "vendor": f"{identity.vendor_code:06x}",
            "model": identity.model,
            "version": identity.version,
            "serial_number": identity.serial_number,
            "firmware": ".".join(map(str, identity.firmware)),
        }
    return fields


def _found_words(found: FoundReader) -> str:
    fields = _found_fields(found)
    identity = fields["identification"]
    if identity is None:
        return f"address {found.address} at {found.baud} baud: a reader that says who it is in a secure channel only"
    words = (f"{name.replace('_', ' ')} {value}" for name, value in identity.items())
    return f"address {found.address} at {found.baud} baud: {', '.join(words)}"


def _parse_addresses(text: str) -> Sequence[int]:
    found = _ADDRESSES.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not 0 <= first <= last < BROADCAST_ADDRESS:
        raise argparse.ArgumentTypeError("addresses are such as 0-126, or one of these")
    return range(first, last + 1)


def _parse_seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= _SECONDS_MAX:
        raise argparse.ArgumentTypeError("more than nothing, and at most a week")
    return seconds
