"""Card formats and signals of the configuration: `[[card_format]]` and `[feedback]`.

Bits are counted from 0, the one that is sent first, and written as ranges: `"1-8"`, or `"1-12, 20"` for parity.
"""

import re
from collections.abc import Mapping
from typing import Final

from access_policy.decision import Outcome
from firmware_protocol.wiegand import FORMATS, BitField, ParityBit, WiegandFormat
from firmware_protocol.wiegand_pulses import BITS_MAX
from gateway.config_table import TableReader
from gateway.domain.feedback import COLOURS, Beeps, FeedbackPlan, Light, Signal

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,30}")
_RESERVED: Final = re.compile(r"raw\d*|uid\d*|code")
_RANGE: Final = re.compile(r"\s*(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?")
_BITS: Final = (5, BITS_MAX)
"""Bursts of four bits and less are keys or noise."""
_PULSE_MS: Final = (0, 25_500)
_NO_FIELD: Final = BitField(0, 1)
_PLAN: Final = FeedbackPlan()


def read_card_formats(root: TableReader) -> Mapping[str, WiegandFormat]:
    """Every format that a reader may name: those known to us and those declared in the file."""
    formats = dict(FORMATS)
    for table in root.tables("card_format", is_required=False):
        declared = _read_format(table)
        if declared is None:
            continue
        if declared.name in formats:
            table.note("name", f"there is already a card format {declared.name}")
        formats[declared.name] = declared
    return formats


def _read_format(table: TableReader) -> WiegandFormat | None:
    name, bit_count = table.text("name"), table.number("bits", _BITS)
    if name and (not _NAME.fullmatch(name) or _RESERVED.fullmatch(name)):
        table.note("name", f"`name` is {name!r}, but must be small letters and digits, and not raw, uid or code")
    card = _read_field(table, "card")
    facility = _read_field(table, "facility") if table.has("facility") else None
    parity = tuple(_read_parity(each) for each in table.tables("parity", is_required=False))
    table.end()
    try:
        return WiegandFormat(name, bit_count, card, facility, parity)
    except ValueError as error:
        table.note("bits", str(error))
        return None


def _read_field(table: TableReader, key: str) -> BitField:
    positions = _read_positions(table, key)
    if not positions:
        return _NO_FIELD
    if positions != tuple(range(positions[0], positions[0] + len(positions))):
        table.note(key, f"`{key}` must be one range of bits")
    return BitField(positions[0], len(positions))


def _read_parity(table: TableReader) -> ParityBit:
    position = table.number("bit", (0, BITS_MAX - 1))
    covered = _read_positions(table, "covers")
    kind = table.choice("kind", ("even", "odd"))
    if position in covered:
        table.note("covers", f"`covers` names the parity bit {position} itself")
    table.end()
    return ParityBit(position, covered, is_odd=kind == "odd")


def _read_positions(table: TableReader, key: str) -> tuple[int, ...]:
    text = table.text(key)
    positions: list[int] = []
    for part in text.split(",") if text else []:
        found = _RANGE.fullmatch(part)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if first > last:
            table.note(key, f'`{key}` is "{text}", but must be bits such as "1-8" or "1-12, 20"')
            return ()
        positions += range(first, last + 1)
    return tuple(positions)


def read_feedback(table: TableReader) -> FeedbackPlan:
    """`[feedback.allow]`, `[feedback.message]` and `[feedback.block]`; what is not said is as it always was."""
    plan = FeedbackPlan(
        signals={outcome: _read_signal(table.table(outcome), _PLAN.signals[outcome]) for outcome in _OUTCOMES},
        refusal_ms=table.number("refusal_ms", (1_000, 60_000), _PLAN.refusal_ms),
    )
    table.end()
    return plan


_OUTCOMES: Final[tuple[Outcome, ...]] = ("allow", "message", "block")


def _read_signal(table: TableReader, usual: Signal) -> Signal:
    assert usual.light is not None, "every outcome has its light"
    light = Light(
        table.choice("colour", COLOURS, usual.light.colour),
        on_ms=_read_pulse(table, "light_on_ms", usual.light.on_ms),
        off_ms=_read_pulse(table, "light_off_ms", usual.light.off_ms),
    )
    beeps = Beeps(
        count=table.number("beeps", (0, 20), usual.beeps.count),
        on_ms=_read_pulse(table, "beep_on_ms", usual.beeps.on_ms),
        off_ms=_read_pulse(table, "beep_off_ms", usual.beeps.off_ms),
    )
    table.end()
    return Signal(light, beeps)


def _read_pulse(table: TableReader, key: str, usual: int) -> int:
    value = table.number(key, _PULSE_MS, usual)
    if value % 100:
        table.note(key, f"`{key}` is {value}, but must be a multiple of 100")
    elif not value and key.endswith("_on_ms"):
        table.note(key, f"`{key}` must not be 0")
    return value
