"""The page's languages: English in the source, Italian and Russian in catalogues that are read as they are written."""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "it": "Italiano", "ru": "Русский"}
"""Code and own name, English first."""

_TRANSLATIONS = Path(__file__).parent / "translations"


class Catalogue:
    """The texts of one language; English, and what a catalogue lacks, is the text itself."""

    def __init__(self, language: str, translations: dict[str, str]) -> None:
        self.language = language
        self._translations = translations

    def gettext(self, text: str) -> str:
        return self._translations.get(text) or text


@cache
def load_catalogue(language: str) -> Catalogue:
    """The catalogue of one of `LANGUAGES`."""
    assert language in LANGUAGES, f"not one of our languages: {language}"
    path = _TRANSLATIONS / language / "LC_MESSAGES" / "virtual_turnstile.po"
    if language == "en":
        return Catalogue(language, {})
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return Catalogue(language, {str(each.id): str(each.string) for each in catalogue if each.id})


def choose_language(asked: str | None, accept_language: str | None) -> str:
    """The language asked for by name, else the best of an Accept-Language header, else English."""
    if asked in LANGUAGES:
        return asked
    ranked = sorted(_accepted(accept_language or ""), key=lambda entry: -entry[1])
    return next((language for language, quality in ranked if language in LANGUAGES and quality > 0), "en")


def _accepted(header: str) -> list[tuple[str, float]]:
    """Primary languages with their quality (RFC 9110, 12.5.4); an entry that is none counts for nothing."""
    entries = []
    for entry in header[:1000].split(","):
        language, _, quality = entry.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            weight = 0.0
        entries.append((language.strip().partition("-")[0].lower(), weight))
    return entries
