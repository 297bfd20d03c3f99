"""The log in words."""

import pytest

from cloud.console.audit_words import field_in_words, kind_in_words, value_in_words
from cloud.console.words import words_of


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
