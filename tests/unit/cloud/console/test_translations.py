"""The catalogues: complete, with the same placeholders, and nothing left over."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

CLOUD = Path(__file__).parents[4] / "cloud"
TRANSLATIONS = CLOUD / "console" / "translations"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None, "counted": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|</?\w+>")

Texts = set[str | tuple[str, ...]]


@pytest.fixture(scope="module")
def texts() -> Texts:
    """Every text that the sources mark for translation."""
    mapping = io.StringIO((TRANSLATIONS / "babel.cfg").read_text("utf-8"))
    method_map, options_map = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = extract_from_dir(CLOUD, method_map, options_map, KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


def catalogue(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "console.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> Iterator[Message]:
    return (message for message in catalogue(language) if message.id)


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


@pytest.mark.parametrize("language", ["it", "ru"])
def test_every_text_is_translated_and_no_translation_is_left_over(language: str, texts: Texts) -> None:
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in messages(language)}
    assert known == texts, "run: python build_hooks.py messages"
    empty = [message.id for message in messages(language) if not all(forms(message.string) or ("",))]
    assert not empty
    assert not [message.id for message in messages(language) if message.fuzzy]


@pytest.mark.parametrize("language", ["it", "ru"])
def test_translations_keep_the_placeholders(language: str) -> None:
    for message in messages(language):
        expected = sorted(PLACEHOLDER.findall(forms(message.id)[-1]))
        for form in forms(message.string):
            assert sorted(PLACEHOLDER.findall(form)) == expected, message.id


@pytest.mark.parametrize(("language", "plurals"), [("it", 2), ("ru", 3)])
def test_every_plural_has_all_its_forms(language: str, plurals: int) -> None:
    for message in messages(language):
        if message.pluralizable:
            assert len(forms(message.string)) == plurals, message.id
