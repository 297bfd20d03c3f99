"""Whole numbers as somebody typed them, bounded: databases hold 63 bits, and Python refuses thousands of digits."""

from typing import Final

_DIGITS_MAX: Final = 18


def parse_whole(text: str) -> int | None:
    """The number of 1 to 18 digits that a text is; None: it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX else None
