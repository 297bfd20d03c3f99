"""Text for a reader's small display: cut to its lines and columns, and to the characters it has."""

import unicodedata
from dataclasses import dataclass
from enum import Enum

_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "yo",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "-",
            "y",
            "-",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)
_SILENT = "-"
_OTHERS = {
    "«": '"',
    "»": '"',
    "“": '"',
    "”": '"',
    "„": '"',
    "’": "'",
    "‘": "'",
    "–": "-",
    "—": "-",
    "№": "No",
    "…": "...",
    "€": "EUR",
    "ß": "ss",
    "æ": "ae",
    "ø": "o",
    "ł": "l",
}


class TextEncoding(Enum):
    """What a reader's display understands."""

    ASCII = "ascii"
    UTF_8 = "utf-8"


@dataclass(frozen=True, slots=True)
class Display:
    """A display of ``lines`` x ``columns`` characters."""

    lines: int = 2
    columns: int = 16
    encoding: TextEncoding = TextEncoding.ASCII


def encode_lines(text: str, display: Display) -> tuple[bytes, ...]:
    """``text`` as the bytes of each display line: words wrapped, characters replaced, the rest cut off."""
    if display.encoding is TextEncoding.ASCII:
        text = transliterate(text)
    lines: list[str] = []
    for paragraph in text.splitlines():
        lines += _wrap(paragraph.split(), display.columns)
    return tuple(line.encode() for line in lines[: display.lines])


def transliterate(text: str) -> str:
    """ASCII that reads like ``text``: Cyrillic spelt out, accents dropped, ``?`` for what has no likeness."""
    return "".join(_transliterate_character(character) for character in unicodedata.normalize("NFC", text))


def _transliterate_character(character: str) -> str:
    if character.isascii():
        return character
    lower = character.lower()
    latin = _CYRILLIC.get(lower) or _OTHERS.get(lower)
    if latin is None:
        decomposed = unicodedata.normalize("NFKD", character)
        return "".join(each for each in decomposed if each.isascii()) or "?"
    if latin == _SILENT and lower in _CYRILLIC:
        return ""
    return latin if character == lower else latin.capitalize()


def _wrap(words: list[str], columns: int) -> list[str]:
    lines = [""]
    for word in words:
        candidate = f"{lines[-1]} {word}".strip()
        if len(candidate) <= columns:
            lines[-1] = candidate
        else:
            lines.append(word)
    return [line[:columns] for line in lines if line]
