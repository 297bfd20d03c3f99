"""Reads the values of a TOML table and notes every mistake with its line, instead of stopping at the first."""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from gateway.config_lines import LineIndex, Place

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """What is wrong, and in which line, counted from 1."""

    line: int
    text: str


@dataclass(slots=True)
class MistakeList:
    """The mistakes of one file."""

    index: LineIndex
    found: list[Mistake] = field(default_factory=list)

    def note(self, place: Place, text: str) -> None:
        """Add a mistake at a place of the file."""
        self.found.append(Mistake(self.index.line_of(place), text))


class TableReader:
    """Takes known keys out of one table; `end` notes those that are left. Without a default a key is required."""

    def __init__(self, values: dict[str, object], place: Place, mistakes: MistakeList) -> None:
        self.place = place
        self._values = dict(values)
        self._mistakes = mistakes
        self._known: set[str] = set()

    def note(self, key: str, text: str) -> None:
        """Add a mistake about one of the table's keys."""
        self._mistakes.note((*self.place, key), text)

    def has(self, key: str) -> bool:
        """Whether the table has this key."""
        return key in self._values

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._take(key, str, "a text in quotes", default)
        if value == "" and default != "":
            self.note(key, f"`{key}` must not be empty")
        return value or ""

    def number(self, key: str, bounds: tuple[int, int], default: int | None = None) -> int:
        """A whole number within bounds, both included."""
        low, high = bounds
        value = self._take(key, int, "a whole number", default)
        if value is not None and not low <= value <= high:
            self.note(key, f"`{key}` is {value}, but must be between {low} and {high}")
        return low if value is None else value

    def choice(self, key: str, options: Collection[T], default: T | None = None) -> T:
        """One of a few values; a wrong one is noted and counts as the first."""
        self._known.add(key)
        first = next(iter(options))
        if key not in self._values:
            if default is None:
                self._note_missing(key)
            return first if default is None else default
        value = self._values.pop(key)
        for option in options:
            if value == option and type(value) is type(option):
                return option
        self.note(key, f"`{key}` is {value!r}, but must be one of: {', '.join(map(str, options))}")
        return first

    def flag(self, key: str, *, is_usual: bool = False) -> bool:
        """true or false; missing means `is_usual`."""
        return bool(self._take(key, bool, "true or false", is_usual))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; missing means none."""
        values = self._take(key, list, "a list of texts", [])
        if not all(isinstance(value, str) for value in values or []):
            self.note(key, f"`{key}` must be a list of texts in quotes")
            return ()
        return tuple(values or [])

    def table(self, key: str) -> "TableReader":
        """A table inside this one."""
        values = self._take(key, dict, f"a table: [{key}]", {})
        return TableReader(values or {}, (*self.place, key), self._mistakes)

    def tables(self, key: str, *, is_required: bool = True) -> Iterator["TableReader"]:
        """An array of tables inside this one, with at least one where that `is_required`."""
        values = self._take(key, list, f"tables: [[{key}]]", [])
        if not values and is_required:
            self.note(key, f"there must be at least one [[{'.'.join(self._names(key))}]]")
        for position, value in enumerate(values or []):
            if isinstance(value, dict):
                yield TableReader(value, (*self.place, key, position), self._mistakes)
            else:
                self.note(key, f"`{key}` must be tables: [[{key}]]")

    def end(self) -> None:
        """Note every key that nobody asked for, with the one that was probably meant."""
        for key in self._values:
            near = difflib.get_close_matches(key, sorted(self._known), n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            self.note(key, f"unknown key `{key}`{hint}")

    def _take(self, key: str, kind: type[T], words: str, default: T | None) -> T | None:
        self._known.add(key)
        if key not in self._values:
            if default is None:
                self._note_missing(key)
            return default
        value = self._values.pop(key)
        # In Python a bool is an int; in TOML it is not.
        if type(value) is kind:
            return value
        self.note(key, f"`{key}` must be {words}")
        return default

    def _note_missing(self, key: str) -> None:
        self.note(key, f"`{key}` is missing in {self._title()}")

    def _title(self) -> str:
        names = self._names()
        return f"[{'.'.join(names)}]" if names else "the file"

    def _names(self, *more: str) -> list[str]:
        return [*(part for part in self.place if isinstance(part, str)), *more]
