"""What a person types at the virtual reader, as orders. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firmware_protocol.wiegand import encode_wiegand26

HELP: Final = """\
card FACILITY:NUMBER   present a 26-bit card
raw BITS HEX           present a card of any other length, its bits left-aligned
keys 1234#             press keys: 0 to 9, * and #
input NUMBER on|off    change an input, counted from 1
tamper on|off          open or close the enclosure
power on|off           let the supply be good, or fail
show                   say what light, buzzer and display show now
help                   these lines
quit                   end"""

_BITS_MAX: Final = 256
_KEYS: Final = re.compile(r"[0-9*#]{1,64}")


class OrderError(ValueError):
    """No order, or not a complete one; the text says what it should be."""


@dataclass(frozen=True, slots=True)
class PresentCard:
    """Hold a card to the reader: its bits, left-aligned."""

    data: bytes
    bit_count: int


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Press keys."""

    keys: str


@dataclass(frozen=True, slots=True)
class SetInput:
    """Change an input; `index` counts from 0."""

    index: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class SetTamper:
    """Open or close the enclosure."""

    is_tampered: bool


@dataclass(frozen=True, slots=True)
class SetPower:
    """Let the supply fail or recover."""

    is_failing: bool


@dataclass(frozen=True, slots=True)
class Show:
    """Say what the reader shows."""


@dataclass(frozen=True, slots=True)
class Help:
    """Say what can be typed."""


@dataclass(frozen=True, slots=True)
class Quit:
    """End."""


Order = PresentCard | PressKeys | SetInput | SetTamper | SetPower | Show | Help | Quit


def parse_order(line: str) -> Order | None:
    """The order in a line; None for an empty one.

    Raises:
        OrderError: the text says what was expected.
    """
    word, *rest = line.split() or [""]
    if not word:
        return None
    parse = _ORDERS.get(word.lower())
    if parse is None:
        raise OrderError(f"unknown order {word!r}; there are: {', '.join(_ORDERS)}")
    return parse(rest)


def _parse_card(words: list[str]) -> Order:
    match "".join(words).split(":"):
        case [facility, number] if facility.isdecimal() and number.isdecimal():
            try:
                return PresentCard(encode_wiegand26(int(facility), int(number)), 26)
            except ValueError as error:
                raise OrderError(str(error)) from error
    raise OrderError("card FACILITY:NUMBER, such as card 17:100")


def _parse_raw(words: list[str]) -> Order:
    match words:
        case [count, *digits] if count.isdecimal() and 1 <= int(count) <= _BITS_MAX:
            try:
                data = bytes.fromhex("".join(digits))
            except ValueError:
                data = b""
            if len(data) == (int(count) + 7) // 8:
                return PresentCard(data, int(count))
    raise OrderError("raw BITS HEX, such as raw 32 04a1b2c3: so many bits, left-aligned, in whole bytes")


def _parse_keys(words: list[str]) -> Order:
    keys = "".join(words)
    if not _KEYS.fullmatch(keys):
        raise OrderError("keys 1234#: digits, * and #, at most 64")
    return PressKeys(keys)


def _parse_input(words: list[str]) -> Order:
    match words:
        case [number, ("on" | "off") as level] if number.isdecimal() and int(number) > 0:
            return SetInput(int(number) - 1, level == "on")
    raise OrderError("input NUMBER on|off, such as input 1 on")


def _parse_switch(name: str, make: Callable[[bool], Order]) -> Callable[[list[str]], Order]:
    def parse(words: list[str]) -> Order:
        match words:
            case ["on" | "off" as level]:
                return make(level == "on")
        raise OrderError(f"{name} on|off")

    return parse


_ORDERS: Final[dict[str, Callable[[list[str]], Order]]] = {
    "card": _parse_card,
    "raw": _parse_raw,
    "keys": _parse_keys,
    "input": _parse_input,
    "tamper": _parse_switch("tamper", SetTamper),
    "power": _parse_switch("power", lambda is_good: SetPower(is_failing=not is_good)),
    "show": lambda _: Show(),
    "help": lambda _: Help(),
    "quit": lambda _: Quit(),
}
