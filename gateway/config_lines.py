"""Where in a TOML text each key stands, so that a mistake can be named with its line; tomllib does not tell."""

import re
from collections.abc import Sequence
from typing import Final

Place = tuple[str | int, ...]
"""A way into the tables: `("bus", 0, "reader", 1, "address")`."""

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_\-. ]+?)\s*\]\]?\s*(#.*)?$")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


class LineIndex:
    """The line of each table and key, counted from 1. What it cannot see (inline tables) has its parent's line."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Place, int] = {(): 1}
        table: Place = ()
        counts: dict[Place, int] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if header := _HEADER.match(line):
                names = [name.strip() for name in header[2].split(".")]
                table = _open_table(names, counts, is_array=header[1] == "[[")
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*table, key[1]), number)

    def line_of(self, place: Place) -> int:
        """The line of a key, or of the nearest table around it."""
        while place not in self._lines:
            place = place[:-1]
        return self._lines[place]


def _open_table(names: Sequence[str], counts: dict[Place, int], *, is_array: bool) -> Place:
    """The place of the table that a header opens; `counts` holds how many each array of tables has so far."""
    place: Place = ()
    for position, name in enumerate(names):
        place = (*place, name)
        if is_array and position == len(names) - 1:
            counts[place] = counts.get(place, 0) + 1
        if place in counts:
            place = (*place, counts[place] - 1)
    return place
