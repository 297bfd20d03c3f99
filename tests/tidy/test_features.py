"""The table of features: sorted, complete, and each row's test exists and names the feature by its number."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
ROW: Final = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
MENTION: Final = re.compile(r"\bFeatures? ((?:\d+(?:,\s+|\s+and\s+|\s+to\s+)?)+)")
ASKED_FOR: Final = frozenset(
    {
        *range(13, 17),
        *range(20, 26),
        41,
        67,
        *range(72, 78),
        *range(115, 178),
        *range(179, 197),
        209,
        210,
        215,
        216,
        217,
        219,
        *range(220, 228),
        229,
        230,
        233,
    }
    - {178}
)
"""The features of the CRM core."""


def rows() -> list[tuple[int, str, list[str], list[str]]]:
    """Number, what, where, tests."""
    table = ROW.findall((ROOT / "docs" / "features.md").read_text("utf-8"))
    return [(int(number), what, where.split(", "), tests.split(", ")) for number, what, where, tests in table]


def numbers_in(text: str) -> set[int]:
    """The features that a text names: `Feature 14.`, `Features 186 and 187`, `Features 157 to 163`."""
    found: set[int] = set()
    for said in MENTION.findall(text):
        found |= {int(number) for number in re.findall(r"\d+", said)}
        for first, last in re.findall(r"(\d+)\s+to\s+(\d+)", said):
            found |= set(range(int(first), int(last) + 1))
    return found


def test_the_table_is_sorted_and_has_each_feature_once() -> None:
    numbers = [number for number, *_ in rows()]
    assert numbers == sorted(set(numbers))


def test_every_feature_of_the_core_has_its_row() -> None:
    missing = ASKED_FOR - {number for number, *_ in rows()}
    assert not missing, sorted(missing)


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row[0]))
def test_a_row_leads_to_code_and_to_a_test_that_names_the_feature(row: tuple[int, str, list[str], list[str]]) -> None:
    number, _what, where, tests = row
    for path in (*where, *tests):
        assert (ROOT / path).exists(), path
    for path in tests:
        assert number in numbers_in((ROOT / path).read_text("utf-8")), f"{path} does not name feature {number}"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Feature 14.", {14}),
        ("Features 186 and 187.", {186, 187}),
        ("Features 157 to 159, 163: one history", {157, 158, 159, 163}),
        ("a feature of 12 parts", set()),
    ],
)
def test_a_mention_is_read_as_people_write_it(text: str, numbers: set[int]) -> None:
    assert numbers_in(text) == numbers
