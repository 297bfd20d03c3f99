"""The languages of the console and their catalogues. English is the source; Italian and Russian are complete.

A catalogue is read once. `mark` names a text for translation where it is written, and leaves it as it is.
"""

from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Final

from babel import Locale

TRANSLATIONS_FOLDER: Final = Path(__file__).parent / "translations"
LANGUAGES: Final = {"en": "English", "it": "Italiano", "ru": "Русский"}
DEFAULT_LANGUAGE: Final = "en"
# English dates with the day first and 24 hours, as clubs in Europe write them.
_LOCALES: Final = {"en": "en_GB", "it": "it_IT", "ru": "ru_RU"}


def mark(text: str) -> str:
    """Name a text for the catalogues without translating it here."""
    return text


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """The texts of a language.

    Raises:
        FileNotFoundError: the catalogue was not compiled (`python build_hooks.py catalogues`).
    """
    if language == DEFAULT_LANGUAGE:
        return NullTranslations()
    return translation("console", TRANSLATIONS_FOLDER, [language])


@lru_cache(maxsize=len(LANGUAGES))
def locale_of(language: str) -> Locale:
    """How dates and numbers are written in a language."""
    return Locale.parse(_LOCALES[language])


def choose_language(wanted: str | None, accept_language: str = "") -> str:
    """The language to speak: the person's own, else the first that the browser asks for and we have, else English."""
    if wanted in LANGUAGES:
        return wanted
    for part in accept_language[:500].split(","):
        tag = part.partition(";")[0].strip().lower()
        if (language := tag.partition("-")[0]) in LANGUAGES:
            return language
    return DEFAULT_LANGUAGE
