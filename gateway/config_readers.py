"""The readers of the configuration: `[[bus]]` with `[[bus.reader]]`, `[[wiegand]]` and `[[scanner]]`."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from firmware_protocol.canonical_uid import UidForm
from firmware_protocol.serial_scanner import SILENCE_SECONDS as SCANNER_SILENCE_S
from firmware_protocol.wiegand import DEFAULT_FORMATS, WiegandFormat
from firmware_protocol.wiegand_pulses import SILENCE_SECONDS as WIEGAND_SILENCE_S
from gateway.config_table import TableReader
from gateway.domain.access_point import Direction
from gateway.reader_keys import ReaderKeyError, ReaderKeyMissingError, read_reader_key
from gateway.service.credential_reading import CardReading
from gateway.service.display import DisplaySettings, TextEncoding
from gateway.service.relay_pulses import DIRECTIONS

BAUD_RATES: Final = (9600, 19_200, 38_400, 57_600, 115_200, 230_400)
SCANNER_BAUD_RATES: Final = (1200, 2400, 4800, *BAUD_RATES)
GPIO_OFFSETS: Final = (0, 1023)
ENCODINGS: Final[tuple[TextEncoding, TextEncoding]] = ("ascii", "utf-8")
NO_DISPLAY: Final = DisplaySettings(line_count=0, column_count=0)
_DISPLAY: Final = DisplaySettings()
_UID_BYTES: Final = (3, 10)
_FRAMING: Final = re.compile(r"([78])([NEO])([12])")


@dataclass(frozen=True, slots=True)
class ReaderPosition:
    """What all readers have: a name, the lane (by its name), the way through it, how cards arrive, perhaps a keypad."""

    name: str
    lane: str
    direction: Direction
    reading: CardReading
    has_keypad: bool


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """One OSDP reader. `scbk_path` None is a reader in plain text, by explicit choice.

    `scbk` is also None when the keys were not to be read.
    """

    position: ReaderPosition
    address: int
    scbk_path: Path | None
    scbk: bytes | None = field(repr=False)
    display: DisplaySettings

    @property
    def name(self) -> str:
        """Its name."""
        return self.position.name


@dataclass(frozen=True, slots=True)
class BusConfig:
    """One serial port and its readers."""

    port: str
    baud: int
    readers: tuple[ReaderConfig, ...]


@dataclass(frozen=True, slots=True)
class WiegandConfig:
    """One Wiegand reader: the chip's label and the offsets of its lines, by their names in the file."""

    position: ReaderPosition
    chip: str
    lines: Mapping[str, int]
    is_active_low: bool
    is_output_active_low: bool
    silence_s: float


@dataclass(frozen=True, slots=True)
class ScannerConfig:
    """One scanner on a serial port; `framing` is such as 8N1."""

    position: ReaderPosition
    port: str
    baud: int
    framing: str
    silence_s: float


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """Where readers' keys are: paths begin at `folder`, sealed ones are opened with what is in `state_dir`.

    Before a reader is paired there is no key to read: then `is_read` is False.
    """

    folder: Path
    state_dir: Path
    is_read: bool = True


def read_bus(table: TableReader, formats: Mapping[str, WiegandFormat], keys: KeyFiles) -> BusConfig:
    """One `[[bus]]`."""
    bus = BusConfig(
        port=table.text("port"),
        baud=table.choice("baud", BAUD_RATES, BAUD_RATES[0]),
        readers=tuple(_read_reader(reader, formats, keys) for reader in table.tables("reader")),
    )
    table.end()
    return bus


def read_wiegand(table: TableReader, formats: Mapping[str, WiegandFormat]) -> WiegandConfig:
    """One `[[wiegand]]`."""
    position = _read_position(table, formats)
    chip = table.text("chip")
    names = ("d0", "d1", *(name for name in ("led_green", "led_red", "buzzer") if table.has(name)))
    given = [name for name in names if table.has(name)]
    lines = {name: table.number(name, GPIO_OFFSETS) for name in names}
    for one, other in itertools.combinations(given, 2):
        if lines[one] == lines[other]:
            table.note(other, f"line {lines[other]} is `{one}` already")
    reader = WiegandConfig(
        position=position,
        chip=chip,
        lines=lines,
        is_active_low=table.flag("active_low", is_usual=True),
        is_output_active_low=table.flag("output_active_low", is_usual=True),
        silence_s=table.number("silence_ms", (5, 500), round(WIEGAND_SILENCE_S * 1000)) / 1000,
    )
    table.end()
    return reader


def read_scanner(table: TableReader, formats: Mapping[str, WiegandFormat]) -> ScannerConfig:
    """One `[[scanner]]`."""
    framing = table.text("framing", "8N1")
    if framing and not _FRAMING.fullmatch(framing):
        table.note("framing", f"`framing` is {framing!r}, but must be such as 8N1, 7E1 or 8O2")
    scanner = ScannerConfig(
        position=_read_position(table, formats),
        port=table.text("port"),
        baud=table.choice("baud", SCANNER_BAUD_RATES, BAUD_RATES[0]),
        framing=framing,
        silence_s=table.number("silence_ms", (10, 2_000), round(SCANNER_SILENCE_S * 1000)) / 1000,
    )
    table.end()
    return scanner


def _read_position(table: TableReader, formats: Mapping[str, WiegandFormat]) -> ReaderPosition:
    return ReaderPosition(
        name=table.text("name"),
        lane=table.text("lane"),
        direction=table.choice("direction", DIRECTIONS),
        reading=_read_reading(table, formats),
        has_keypad=table.flag("keypad", is_usual=False),
    )


def _read_reading(table: TableReader, formats: Mapping[str, WiegandFormat]) -> CardReading:
    names = table.texts("card_formats") if table.has("card_formats") else tuple(each.name for each in DEFAULT_FORMATS)
    for name in names:
        if name not in formats:
            table.note("card_formats", f"no card format is called {name!r}; there are: {', '.join(formats)}")
    chosen = tuple(formats[name] for name in names if name in formats)
    for one, other in itertools.combinations(chosen, 2):
        if one.bit_count == other.bit_count:
            table.note("card_formats", f"{other.name} has {other.bit_count} bits as {one.name} has, and is never used")
    if not table.has("uid"):
        return CardReading(chosen)
    order = table.choice("uid", ("msb_first", "lsb_first"))
    keep_bytes = table.number("uid_bytes", _UID_BYTES) if table.has("uid_bytes") else None
    return CardReading(chosen, UidForm(is_reversed=order == "lsb_first", keep_bytes=keep_bytes))


def _read_reader(table: TableReader, formats: Mapping[str, WiegandFormat], keys: KeyFiles) -> ReaderConfig:
    scbk_path = _read_key_path(table, keys)
    reader = ReaderConfig(
        position=_read_position(table, formats),
        address=table.number("address", (0, 126)),
        scbk_path=scbk_path,
        scbk=_read_key(table, scbk_path, keys),
        display=DisplaySettings(
            line_count=table.number("text_lines", (0, 8), _DISPLAY.line_count),
            column_count=table.number("text_columns", (8, 80), _DISPLAY.column_count),
            encoding=table.choice("text_encoding", ENCODINGS, _DISPLAY.encoding),
        ),
    )
    table.end()
    return reader


def _read_key_path(table: TableReader, keys: KeyFiles) -> Path | None:
    is_plain, has_key = table.flag("plain_text"), table.has("scbk_file")
    if is_plain and has_key:
        table.note("plain_text", "a reader with `scbk_file` does not speak plain text: take one of the two away")
    if not is_plain and not has_key:
        table.note(
            "scbk_file", "`scbk_file` is missing: the reader's key, or `plain_text = true` for one that can have none"
        )
    path = keys.folder / table.text("scbk_file") if has_key else None
    return None if is_plain else path


def _read_key(table: TableReader, path: Path | None, keys: KeyFiles) -> bytes | None:
    if path is None or not keys.is_read:
        return None
    try:
        return read_reader_key(path, keys.state_dir)
    except ReaderKeyMissingError as error:
        table.note("scbk_file", f"{error}; to make one: `tornello-gateway pair-reader`")
    except ReaderKeyError as error:
        table.note("scbk_file", str(error))
    return None
