"""The log in words."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from cloud.access_rules.models import AccessLevel, Schedule, SpecialDay, Zone
from cloud.console.audit_words import KIND_NAMES, field_in_words, kind_in_words, value_in_words
from cloud.console.words import words_of

CLOUD: Final = Path(__file__).parents[4] / "cloud"
EDITED_RULES: Final = (AccessLevel, Schedule, SpecialDay, Zone)
"""What `access_rules.editing` writes about, by the names of their tables."""


def test_nouns_and_fields_have_names_and_others_are_shown_as_they_are_written() -> None:
    words = words_of("it")
    assert kind_in_words("member", words) != "member"
    assert kind_in_words("new_noun", words) == "new noun"
    assert field_in_words("first_name", words) == "Nome"
    assert field_in_words("new_field", words) == "new field"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "Yes"),
        (False, "No"),
        (None, "–"),
        (5, "5"),
        (["a", 1], "a, 1"),
        ({"name": "A", "n": [True]}, "Name: A, n: Yes"),
    ],
)
def test_values_are_written_as_people_write_them(value: object, text: str) -> None:
    assert value_in_words(value, words_of("en")) == text


def _nouns_of(tree: ast.Module) -> Iterator[str]:
    """What a module's entries are about: the first of each pair that is an `entity`, and the nouns of saved lists."""
    for node in ast.walk(tree):
        pairs: list[ast.expr | None] = []
        match node:
            case ast.keyword(arg="entity", value=value):
                pairs.append(value)
            case ast.Assign(targets=[ast.Name(id="entity" | "_LOG")], value=value):
                pairs.append(value)
            case ast.FunctionDef(name="_entity"):
                pairs += [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
            case ast.keyword(arg="noun", value=ast.Constant(value=str(noun))):
                yield noun
            case _:
                pass
        for pair in pairs:
            match pair:
                case ast.Tuple(elts=[ast.Constant(value=str(noun)), _]):
                    yield noun


def test_every_noun_that_the_log_tells_of_has_a_name_and_every_name_a_noun() -> None:
    modules = (ast.parse(path.read_text("utf-8")) for path in sorted(CLOUD.rglob("*.py")))
    nouns = {noun for tree in modules for noun in _nouns_of(tree)}
    assert len(nouns) > 40
    assert nouns | {rule.__tablename__ for rule in EDITED_RULES} == set(KIND_NAMES)
