"""Values are taken one by one, and every mistake is noted with its line."""

from typing import Any

import pytest

from gateway.config_lines import LineIndex
from gateway.config_table import MistakeList, TableReader


def reader(values: dict[str, Any]) -> tuple[TableReader, MistakeList]:
    text = "\n".join(f"{key} = 0" for key in values)
    mistakes = MistakeList(LineIndex(text))
    return TableReader(values, (), mistakes), mistakes


def test_good_values_are_given_and_nothing_is_noted() -> None:
    table, mistakes = reader({"name": "a", "size": 5, "kind": "x", "is_on": True, "lines": ["a", "b"]})
    assert table.text("name") == "a"
    assert table.number("size", (0, 9)) == 5
    assert table.choice("kind", ("w", "x")) == "x"
    assert table.flag("is_on") is True
    assert table.texts("lines") == ("a", "b")
    table.end()
    assert mistakes.found == []


def test_defaults_stand_in_for_missing_keys() -> None:
    table, mistakes = reader({})
    assert table.text("name", "") == ""
    assert table.number("size", (0, 9), 3) == 3
    assert table.choice("kind", ("w", "x"), "x") == "x"
    assert table.flag("is_on") is False
    assert table.texts("lines") == ()
    assert mistakes.found == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "`name` is missing in the file"),
        ({"name": 5}, "`name` must be a text in quotes"),
        ({"name": ""}, "`name` must not be empty"),
    ],
)
def test_a_text_that_is_wrong_is_noted(values: dict[str, Any], words: str) -> None:
    table, mistakes = reader(values)
    table.text("name")
    assert [mistake.text for mistake in mistakes.found] == [words]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (10, "`size` is 10, but must be between 0 and 9"),
        (-1, "`size` is -1, but must be between 0 and 9"),
        ("5", "`size` must be a whole number"),
        (True, "`size` must be a whole number"),
        (5.0, "`size` must be a whole number"),
    ],
)
def test_a_number_that_is_wrong_is_noted(value: object, words: str) -> None:
    table, mistakes = reader({"size": value})
    table.number("size", (0, 9))
    assert [mistake.text for mistake in mistakes.found] == [words]


def test_a_choice_that_does_not_exist_is_noted_with_those_that_do() -> None:
    table, mistakes = reader({"kind": "z", "side": True})
    table.choice("kind", ("w", "x"))
    table.choice("side", (0, 1))
    table.choice("more", (0, 1))
    assert [mistake.text for mistake in mistakes.found] == [
        "`kind` is 'z', but must be one of: w, x",
        "`side` is True, but must be one of: 0, 1",
        "`more` is missing in the file",
    ]


def test_an_unknown_key_is_noted_with_the_one_that_was_meant() -> None:
    table, mistakes = reader({"adress": 5, "zzz": 1})
    table.number("address", (0, 9), 0)
    table.end()
    assert [(mistake.line, mistake.text) for mistake in mistakes.found] == [
        (1, "unknown key `adress`; did you mean `address`?"),
        (2, "unknown key `zzz`"),
    ]


def test_tables_that_are_missing_or_no_tables_are_noted() -> None:
    table, mistakes = reader({"lane": [1]})
    assert list(table.tables("lane")) == []
    assert list(table.tables("bus")) == []
    table.table("gpio").end()
    assert [mistake.text for mistake in mistakes.found] == [
        "`lane` must be tables: [[lane]]",
        "there must be at least one [[bus]]",
    ]


def test_lists_of_anything_but_texts_are_noted() -> None:
    table, mistakes = reader({"names": ["a", 1]})
    assert table.texts("names") == ()
    assert [mistake.text for mistake in mistakes.found] == ["`names` must be a list of texts in quotes"]
