"""A text on a reader's display: wrapped at words, cut to what the display can hold."""

import textwrap
from dataclasses import dataclass, replace
from typing import Literal

from gateway.domain.feedback import ReaderAbilities
from gateway.texts.transliteration import to_ascii

TextEncoding = Literal["ascii", "utf-8"]


@dataclass(frozen=True, slots=True)
class DisplaySettings:
    """The size of a display in characters and how it wants them; no lines means that the reader has none."""

    line_count: int = 2
    column_count: int = 16
    encoding: TextEncoding = "ascii"


def narrow_display(display: DisplaySettings, abilities: ReaderAbilities) -> DisplaySettings:
    """The part of a configured display that the reader has by its own word."""
    return replace(
        display,
        line_count=min(display.line_count, abilities.line_count),
        column_count=min(display.column_count, abilities.column_count),
    )


def fit_lines(text: str, display: DisplaySettings) -> tuple[str, ...]:
    """The lines of `text` as the display can show them, at most `line_count` of `column_count` characters."""
    if not display.line_count or not display.column_count:
        return ()
    if display.encoding == "ascii":
        text = to_ascii(text)
    lines = (
        line
        for paragraph in text.splitlines()
        for line in textwrap.wrap(paragraph, display.column_count, break_on_hyphens=False)
    )
    return tuple(line for line, _ in zip(lines, range(display.line_count), strict=False))
