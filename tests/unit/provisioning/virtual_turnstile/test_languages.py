from collections import Counter
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import provisioning.virtual_turnstile
from provisioning.virtual_turnstile.languages import LANGUAGES, choose_language, load_catalogue

PACKAGE = Path(provisioning.virtual_turnstile.__file__).parent
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def source_texts() -> set[str]:
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    found = extract_from_dir(PACKAGE, method_map=methods)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def placeholders(text: str) -> Counter[str | None]:
    return Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_of_the_page_is_translated_and_nothing_else_is(language: str) -> None:
    path = PACKAGE / "translations" / language / "LC_MESSAGES" / "virtual_turnstile.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    translated = {str(each.id): str(each.string) for each in catalogue if each.id}
    assert set(translated) == source_texts()
    assert all(translated.values())
    assert not any(each.fuzzy for each in catalogue if each.id)
    for text, translation in translated.items():
        assert placeholders(text) == placeholders(translation), text


def test_a_text_is_given_in_the_catalogues_language() -> None:
    assert load_catalogue("en").gettext("Blocked") == "Blocked"
    assert load_catalogue("it").gettext("Blocked") == "Bloccato"
    assert load_catalogue("ru").gettext("Blocked") == "Запрещено"
    assert load_catalogue("it").gettext("a text of nobody") == "a text of nobody"


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        ("ru", "it", "ru"),
        ("xx", "it-IT,it;q=0.9", "it"),
        (None, "de, ru;q=0.4, it;q=0.8", "it"),
        (None, "ru;q=0, it;q=0.1", "it"),
        (None, "it;q=much, ru", "ru"),
        (None, "", "en"),
        (None, None, "en"),
    ],
)
def test_the_language_asked_for_wins_over_the_browsers(asked: str | None, accepted: str | None, chosen: str) -> None:
    assert choose_language(asked, accepted) == chosen
