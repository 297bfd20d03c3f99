"""How far the cells of an XLSX file reach, found without making a table of them.

A file of five kilobytes may have one cell in the last corner of its sheet; whoever makes a table of it asks for
hundreds of gigabytes. Cells without content, which spreadsheet programs leave behind by the thousand, reach nowhere.
"""

import re
from collections.abc import Iterator
from typing import IO, Final
from zipfile import ZipFile

_CHUNK_BYTES: Final = 1024 * 1024
_REST_BYTES_MAX: Final = 1024 * 1024
_ELEMENT: Final = re.compile(rb"<(?:[\w.-]+:)?(row|c)\b((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_PLACE: Final = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")


def cells_reached(packed: ZipFile) -> int:
    """The most cells that a table of one of the file's sheets would have, from the first one to the last with content.

    Raises:
        ValueError: a part is written as no spreadsheet program writes it, which could hide cells from us.
        BadZipFile: a part is not as long as the file says.
    """
    parts = [each for each in packed.infolist() if each.filename.lower().endswith(".xml")]
    return max((_reach(each) for part in parts for each in [packed.open(part)]), default=0)


def _reach(part: IO[bytes]) -> int:
    row = column = bottom = right = 0
    with part:
        for kind, attributes in _elements(part):
            place = _PLACE.search(attributes)
            if kind == b"row":
                row, column = int(place[2]) if place else row + 1, 0
                continue
            row, column = (int(place[2]), _number(place[1])) if place else (row, column + 1)
            if not attributes.endswith(b"/"):
                bottom, right = max(bottom, row), max(right, column)
    return bottom * right


def _elements(part: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    rest = b""
    while chunk := part.read(_CHUNK_BYTES):
        text = rest + chunk
        if b"\x00" in chunk or b"<!" in text:
            raise ValueError("no plain XML in UTF-8")
        end = 0
        for found in _ELEMENT.finditer(text):
            end = found.end()
            yield found[1], found[2]
        rest = text[max(end, text.rfind(b"<")) :]
        if len(rest) > _REST_BYTES_MAX:
            raise ValueError("too long a tag, or text")


def _number(letters: bytes) -> int:
    """`A` is 1, `XFD` is 16384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
