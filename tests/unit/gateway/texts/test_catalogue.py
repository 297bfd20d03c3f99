"""Languages by locale."""

from pathlib import Path

import pytest

from gateway.texts.catalogue import CatalogueMissingError, language_of, load_catalogue, mark
from tests.display_catalogue import display_catalogue


@pytest.mark.parametrize(
    ("locale", "language"), [("it", "it"), ("it_IT", "it"), ("it-CH", "it"), ("RU_ru", "ru"), ("", "")]
)
def test_a_locale_has_its_language(locale: str, language: str) -> None:
    assert language_of(locale) == language


def test_an_unknown_language_gets_english() -> None:
    assert display_catalogue().translate(mark("Welcome"), "fr_FR") == "Welcome"


def test_missing_texts_say_what_to_do() -> None:
    with pytest.raises(CatalogueMissingError, match="make setup"):
        load_catalogue(Path("/nowhere"))
